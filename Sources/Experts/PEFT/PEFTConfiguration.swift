import Decoder
import Files
import Foundation
import ModelConfiguration

/// What an `adapter_config.json` says, once it is certain that a plain low-rank expert computes just that.
struct PEFTConfiguration {
  static let fileName = "adapter_config.json"
  /// PEFT's own are of a few KiB, also with every module of a large model by its full name.
  static let sizeLimit = 4 << 20

  private let path: String
  private let keys: [ExactText: JSONTree]

  /// Reads the file and refuses every key that means something else than a plain LoRA.
  /// - Throws: `FileError`, ``PEFTError``.
  init(_ url: URL) throws {
    path = url.path
    keys = try JSONFile.readObject(from: url, limit: Self.sizeLimit)
    for key in keys.keys.sorted() {
      guard let value = keys[key] else { continue }
      if let reason = PEFTKeys.refusal(of: key.text, value) {
        throw PEFTError.unsupported(
          path: path, key: Self.spelled(key.text), got: value.description, reason: reason)
      }
    }
    // A file that does not say what it is could be of any kind.
    _ = try value("peft_type", "\"LORA\"")
  }

  /// The expert's shape on a base.
  ///
  /// PEFT multiplies by `lora_alpha / r`, and with `use_rslora` by `lora_alpha / √r`. Ours is always α / r, so that the latter
  /// becomes α = `lora_alpha` · √r: the same factor but for the last bit of a double, which no float32 product sees.
  /// - Throws: ``PEFTError``.
  func shape(for base: DecoderConfiguration, routed: Bool) throws -> LowRankShape {
    let rankText = "a whole number from 1 to 4096"
    guard let rank = try value("r", rankText).integer else {
      throw PEFTError.invalidValue(path: path, key: "r", expected: rankText, got: try value("r", rankText).description)
    }
    let alpha = try number("lora_alpha", "a number above 0")
    let dropout = keys[ExactText("lora_dropout")] == nil ? 0 : try number("lora_dropout", "0 ≤ lora_dropout < 1")
    let stabilized = try flag("use_rslora")
    let projections = try PEFTTargets(keys, path: path).projections(of: base, routed: routed)
    do {
      var shape = try LowRankShape(
        rank: rank, alpha: stabilized ? alpha * Double(rank).squareRoot() : alpha, dropout: dropout,
        projections: projections)
      shape.routed = routed
      return shape
    } catch ExpertError.invalidHyperparameter(let name, let value, let allowed) {
      let key = ["rank": "r", "alpha": "lora_alpha", "dropout": "lora_dropout"][name] ?? name
      throw PEFTError.invalidValue(path: path, key: key, expected: allowed, got: value)
    }
  }

  /// A key of a file, fit for one line of a message.
  private static func spelled(_ key: String) -> String {
    String(String(key.prefix(60)).debugDescription.dropFirst().dropLast())
  }

  private func value(_ key: String, _ expected: String) throws -> JSONTree {
    guard let value = keys[ExactText(key)], value != .null else {
      throw PEFTError.missingKey(path: path, key: key, expected: expected)
    }
    return value
  }

  private func number(_ key: String, _ expected: String) throws -> Double {
    let value = try value(key, expected)
    guard let number = value.number else {
      throw PEFTError.invalidValue(path: path, key: key, expected: expected, got: value.description)
    }
    return number
  }

  private func flag(_ key: String) throws -> Bool {
    switch keys[ExactText(key)] ?? .null {
    case .boolean(let value): return value
    case .null: return false
    case let value:
      throw PEFTError.invalidValue(path: path, key: key, expected: "true or false", got: value.description)
    }
  }
}
