import ArgumentParser
import Files
import Foundation
import Learning
import Records

/// `accrete methods`: which there are, and what each can be given.
struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "List the continual-learning methods and their options.")

  @Flag(help: "Print JSON.")
  var json = false

  fileprivate struct Listed: Encodable {
    struct Option: Encodable {
      let name: String
      /// `number`, `whole`, `flag` or `choice`.
      let kind: String
      let initial: HyperparameterValue
      /// Of a number.
      var lowest: Double?
      var highest: Double?
      /// Of a choice.
      var choices: [String]?
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
          options: try MethodCatalog.hyperparameters(of: name).map(Listed.Option.init))
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

  private func shortest(_ value: HyperparameterValue) -> String {
    guard case .number(let number) = value, number == number.rounded(), abs(number) < 1e6 else { return "\(value)" }
    return "\(Int(saturating: number))"
  }
}

extension MethodsCommand.Listed.Option {
  fileprivate init(_ parameter: Hyperparameter) {
    (name, initial, explanation) = (parameter.name, parameter.initial, parameter.explanation)
    switch parameter.kind {
    case .number(let range): (kind, lowest, highest) = ("number", range.lowerBound, range.upperBound)
    case .whole(let range):
      (kind, lowest, highest) = ("whole", Double(range.lowerBound), Double(range.upperBound))
    case .flag: kind = "flag"
    case .choice(let words): (kind, choices) = ("choice", words)
    }
  }
}
