import Decoder
import Foundation
import ModelConfiguration
import Torch

/// The words of the command line: a mode, pairs of `--name value`, and flags, which are names without a value.
struct CheckArguments {
  let mode: String
  private let values: [String: String]

  /// - Parameter words: The command line with the program's name.
  /// - Throws: ``CheckUsageError`` for a value without a name.
  init(_ words: [String]) throws {
    mode = words.count > 1 ? words[1] : ""
    var values: [String: String] = [:]
    var rest = words.dropFirst(2)
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else { throw CheckUsageError("\(word): `--name value` expected") }
      let hasValue = rest.first.map { !$0.hasPrefix("--") } ?? false
      values[String(word.dropFirst(2))] = hasValue ? rest.removeFirst() : ""
    }
    self.values = values
  }

  func text(_ name: String) throws -> String {
    guard let value = values[name] else { throw CheckUsageError("--\(name) is missing") }
    return value
  }

  func text(_ name: String, or standard: String) -> String { values[name] ?? standard }

  func file(_ name: String) throws -> URL { URL(fileURLWithPath: try text(name)) }

  func has(_ name: String) -> Bool { values[name] != nil }

  func optionalNumber(_ name: String) throws -> Int? {
    guard let value = values[name] else { return nil }
    guard let number = Int(value) else { throw CheckUsageError("--\(name): a whole number expected, got \(value)") }
    return number
  }

  func number(_ name: String, or standard: Int) throws -> Int { try optionalNumber(name) ?? standard }

  var device: Device {
    get throws { try Device(text("device", or: "cpu")) }
  }

  /// What products are computed in; `fallback` where nothing is said.
  func compute(or fallback: ComputeChoice) throws -> ComputeChoice {
    guard let choice = ComputeChoice(rawValue: text("compute", or: fallback.rawValue)) else {
      throw CheckUsageError("--compute: float32, bfloat16 or auto expected, got \(text("compute", or: ""))")
    }
    return choice
  }

  /// How the base is held; `fallback` where nothing is said.
  func weights(or fallback: WeightMatrix.Precision?) throws -> WeightMatrix.Precision? {
    guard let name = values["weights"] else { return fallback }
    guard let precision = WeightMatrix.Precision(rawValue: name) else {
      throw CheckUsageError("--weights \(name): this version has no such form of weights")
    }
    return precision
  }

  /// The base of a measurement: held in bfloat16, and computed in it where that suits, unless something else is asked for.
  func model(_ name: String = "model") throws -> DecoderModel {
    let folder = try file(name)
    let model = try DecoderModel(folder: folder, on: device, precision: weights(or: .bfloat16))
    return try model.computing(compute(or: model.suitsHalfProducts ? .bfloat16 : .float32), named: folder.path)
  }
}

/// A command line that cannot be followed.
struct CheckUsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
