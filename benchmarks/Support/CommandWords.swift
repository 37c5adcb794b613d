package import Decoder
package import Foundation
package import ModelConfiguration
package import Torch

/// The words of a command line: a mode, pairs of `--name value`, and in some programs flags, which are names without a value.
package struct CommandWords {
  package let mode: String
  private let values: [String: String]

  /// - Parameters:
  ///   - words: The command line with the program's name.
  ///   - hasFlags: Whether a name may stand without a value. Then no value begins with `--`.
  /// - Throws: ``UsageError`` for a value without a name, where there are no flags for a name without a value, and for a name that stands
  ///   there twice.
  package init(_ words: [String], hasFlags: Bool = false) throws {
    mode = words.count > 1 ? words[1] : ""
    var values: [String: String] = [:]
    var rest = words.dropFirst(2)
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else { throw UsageError("\(word): `--name value` expected") }
      let isFlag = hasFlags && rest.first?.hasPrefix("--") ?? true
      guard let value = isFlag ? "" : rest.popFirst() else { throw UsageError("\(word): `--name value` expected") }
      // The second would silently replace the first.
      guard values.updateValue(value, forKey: String(word.dropFirst(2))) == nil else {
        throw UsageError("\(word) is given twice: leave one out")
      }
    }
    self.values = values
  }

  /// Refuses what nobody reads: a name that is mistyped would be measured as if it were not there.
  ///
  /// - Parameter names: Those of the mode, without dashes.
  /// - Throws: ``UsageError``.
  package func require(only names: [String]) throws {
    guard let other = values.keys.filter({ !names.contains($0) }).min() else { return }
    let known = names.sorted().map { "--\($0)" }.joined(separator: ", ")
    throw UsageError("--\(other): no option of \(mode), which has \(known)")
  }

  package func text(_ name: String) throws -> String {
    guard let value = values[name] else { throw UsageError("--\(name) is missing") }
    return value
  }

  package func text(_ name: String, or standard: String) -> String { values[name] ?? standard }

  package func file(_ name: String) throws -> URL { URL(fileURLWithPath: try text(name)) }

  /// `nil` where it was not given.
  package func optionalFile(_ name: String) -> URL? { values[name].map { URL(fileURLWithPath: $0) } }

  package func has(_ name: String) -> Bool { values[name] != nil }

  package func optionalNumber(_ name: String) throws -> Int? {
    guard let value = values[name] else { return nil }
    guard let number = Int(value) else { throw UsageError("--\(name): a whole number expected, got \(value)") }
    return number
  }

  package func number(_ name: String, or standard: Int) throws -> Int { try optionalNumber(name) ?? standard }

  package var device: Device {
    get throws { try Device(text("device", or: "cpu")) }
  }

  /// What products are computed in; `fallback` where nothing is said.
  package func compute(or fallback: ComputeChoice) throws -> ComputeChoice {
    guard let choice = ComputeChoice(rawValue: text("compute", or: fallback.rawValue)) else {
      throw UsageError("--compute: float32, bfloat16 or auto expected, got \(text("compute", or: ""))")
    }
    return choice
  }

  /// How the base is held; `fallback` where nothing is said.
  package func weights(or fallback: WeightPrecision?) throws -> WeightPrecision? {
    guard let name = values["weights"] else { return fallback }
    guard let precision = WeightPrecision(rawValue: name) else {
      let known = WeightPrecision.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("--weights: one of \(known) expected, got \(name)")
    }
    return precision
  }

  /// The base of a measurement, held and computing as the command line says.
  ///
  /// - Parameters:
  ///   - name: Of the option with its folder.
  ///   - weights: How it is held where nothing is said; `nil`: as its files have it.
  ///   - compute: What its products are computed in where nothing is said.
  package func model(
    _ name: String, weights fallback: WeightPrecision?, compute: (DecoderModel) -> ComputeChoice
  ) throws -> DecoderModel {
    let folder = try file(name)
    let model = try DecoderModel(folder: folder, on: device, precision: weights(or: fallback))
    return try model.computing(self.compute(or: compute(model)), named: folder.path)
  }
}

/// A command line that cannot be followed.
package struct UsageError: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
