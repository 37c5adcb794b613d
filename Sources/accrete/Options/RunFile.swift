import Files
import Foundation
import Learning
import Runs
import Streams
import Torch
import Yams

/// The YAML file of a run: the same keys as the flags, none other.
struct RunFile: Decodable {
  var base: String?
  var device: String?
  var threads: Int?
  var weights: FrozenMatrix.Precision?
  var suite: String?
  var data: String?
  var order: Int?
  var tasks: [String]?
  var method: String?
  var seed: UInt64?
  var perClass: Int?
  var testLimit: Int?
  var evaluateOn: RowSelection.Evaluation?
  var readOut: ReadOutKind?
  var rank: Int?
  var alpha: Double?
  var dropout: Double?
  var adversary: Adversary.Mode?
  var adversaryWeight: Double?
  var batch: Int?
  var batchTokens: Int?
  var gradientCheckpointing: Bool?
  var accumulation: Int?
  var epochs: Int?
  var learningRate: Double?
  var schedule: LearningRateSchedule.Shape?
  var warmupSteps: Int?
  var weightDecay: Double?
  var gradientClip: Double?
  var checkpointSteps: Int?
  var checkpointSeconds: Double?
  var maxLength: Int?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case base, device, threads, weights, suite, data, order, tasks, method, seed, rank, alpha, dropout, adversary, batch
    case accumulation, epochs, schedule
    case batchTokens = "batch-tokens"
    case gradientCheckpointing = "gradient-checkpointing"
    case checkpointSteps = "checkpoint-steps"
    case checkpointSeconds = "checkpoint-seconds"
    case perClass = "per-class"
    case testLimit = "test-limit"
    case evaluateOn = "evaluate-on"
    case readOut = "read-out"
    case adversaryWeight = "adversary-weight"
    case learningRate = "learning-rate"
    case warmupSteps = "warmup-steps"
    case weightDecay = "weight-decay"
    case gradientClip = "gradient-clip"
    case maxLength = "max-length"
  }

  private static let sizeLimit = 1 << 20

  init() {}

  /// Reads a file; an unknown key is an error, because a misspelt option would otherwise do nothing in silence.
  static func read(_ url: URL) throws -> RunFile {
    let file = try MappedFile(url)
    guard file.bytes.count <= sizeLimit else {
      throw FileError.tooLarge(path: url.path, bytes: file.bytes.count, limit: sizeLimit)
    }
    guard let text = String(validating: file.data(), as: UTF8.self) else {
      throw RunError.invalidConfiguration(key: url.path, got: "no UTF-8 text", allowed: "YAML")
    }
    do {
      guard let node = try Yams.compose(yaml: text) else { return RunFile() }
      guard case .mapping(let mapping) = node else {
        throw RunError.invalidConfiguration(key: url.path, got: "no mapping", allowed: "lines of `key: value`")
      }
      let known = CodingKeys.allCases.map(\.rawValue)
      for (key, _) in mapping {
        guard let name = key.string, known.contains(name) else {
          throw RunError.invalidConfiguration(
            key: "\(url.path):\(key.mark?.line ?? 0): \(key.string ?? "?")", got: "unknown",
            allowed: known.sorted().joined(separator: ", "))
        }
      }
      do {
        return try YAMLDecoder().decode(RunFile.self, from: text)
      } catch let error as DecodingError {
        let key = key(of: error)
        let line = mapping.first { $0.key.string == key }?.key.mark?.line ?? 0
        throw RunError.invalidConfiguration(
          key: "\(url.path):\(line): \(key)", got: "a value of the wrong kind", allowed: "see `accrete train --help`")
      }
    } catch let error as RunError {
      throw error
    } catch {
      // The parser's message shows the place on lines of its own.
      let message = "\(error)".split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      throw RunError.invalidConfiguration(
        key: url.path, got: "no valid YAML: \(message.joined(separator: " "))", allowed: "YAML")
    }
  }

  /// The key whose value could not be decoded.
  private static func key(of error: DecodingError) -> String {
    let context: DecodingError.Context? =
      switch error {
      case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
        .dataCorrupted(let context):
        context
      @unknown default: nil
      }
    return context?.codingPath.first?.stringValue ?? "?"
  }
}
