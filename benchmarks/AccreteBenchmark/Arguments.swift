import Decoder
import Foundation
import ModelConfiguration
import Torch

/// The words of the command line: a mode, and pairs of `--name value`.
struct Arguments {
  let mode: String
  private let values: [String: String]

  /// - Parameter words: the command line with the program's name.
  /// - Throws: ``UsageError`` for a name without a value.
  init(_ words: [String]) throws {
    mode = words.count > 1 ? words[1] : ""
    let pairs = Array(words.dropFirst(2))
    var values: [String: String] = [:]
    for index in stride(from: 0, to: pairs.count, by: 2) {
      guard pairs[index].hasPrefix("--"), index + 1 < pairs.count else {
        throw UsageError("\(pairs[index]): `--name value` expected")
      }
      values[String(pairs[index].dropFirst(2))] = pairs[index + 1]
    }
    self.values = values
  }

  func text(_ name: String) throws -> String {
    guard let value = values[name] else { throw UsageError("--\(name) is missing") }
    return value
  }

  func file(_ name: String) throws -> URL { URL(fileURLWithPath: try text(name)) }

  /// Nil where it was not given.
  func optionalFile(_ name: String) -> URL? { values[name].map { URL(fileURLWithPath: $0) } }

  func number(_ name: String, or standard: Int) throws -> Int {
    guard let value = values[name] else { return standard }
    guard let number = Int(value) else { throw UsageError("--\(name): a whole number expected, got \(value)") }
    return number
  }

  /// How the base is held; nil: as its files have it.
  var precision: WeightMatrix.Precision? {
    get throws {
      guard let name = values["weights"] else { return nil }
      guard let precision = WeightMatrix.Precision(rawValue: name) else {
        throw UsageError("--weights: float32, bfloat16, int8, fp8, nf4 or int4 expected, got \(name)")
      }
      return precision
    }
  }

  /// The base, held and computing as the command line says; without a word, as `train` does it.
  func model() throws -> DecoderModel {
    let folder = try file("base")
    guard let choice = ComputeChoice(rawValue: values["compute"] ?? "auto") else {
      throw UsageError("--compute: float32, bfloat16 or auto expected")
    }
    return try DecoderModel(folder: folder, precision: precision).computing(choice, named: folder.path)
  }

  /// Seconds since 1970 at which the driver started this process; now where it did not say.
  var started: Double { values["started"].flatMap(Double.init) ?? Date().timeIntervalSince1970 }
}

/// A command line that cannot be followed.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = "accrete-benchmark: " + description }
}
