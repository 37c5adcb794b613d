import ArgumentParser
import Files
import Foundation
import Learning

/// `accrete methods`: which there are, and what each can be given.
struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "List the continual-learning methods and their options.")

  @Flag(help: "Print JSON.")
  var json = false

  private struct Listed: Encodable {
    struct Option: Encodable {
      let name: String
      let initial: Double
      let lowest: Double
      let highest: Double
      let explanation: String
    }
    let method: String
    let summary: String?
    let options: [Option]
  }

  func run() throws {
    try Failure.reported {
      let methods = try MethodCatalog.names.map { name in
        Listed(
          method: name, summary: try MethodCatalog.summary(of: name),
          options: try MethodCatalog.hyperparameters(of: name).map {
            .init(
              name: $0.name, initial: $0.initial, lowest: $0.range.lowerBound, highest: $0.range.upperBound,
              explanation: $0.explanation)
          })
      }
      if json {
        try Console.output(String(decoding: try JSONFile.encode(methods), as: UTF8.self))
        return
      }
      for method in methods {
        try Console.output(method.method + (method.summary.map { ": " + $0 } ?? ""))
        for option in method.options {
          try Console.output("  --option \(option.name)=\(shortest(option.initial))   \(option.explanation)")
        }
      }
    }
  }

  private func shortest(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e6 ? "\(Int(saturating: value))" : "\(value)"
  }
}
