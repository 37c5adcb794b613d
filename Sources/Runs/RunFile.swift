import Files
public import Foundation
public import Learning
public import Streams
public import Torch
import Yams

/// The YAML file of a run: the same keys as the flags of `accrete train`, none other; each may be left out.
public struct RunFile: Sendable, Equatable, Decodable {
  public var base: String?
  public var device: String?
  public var threads: Int?
  public var weights: FrozenMatrix.Precision?
  public var suite: String?
  public var data: String?
  public var order: Int?
  public var tasks: [String]?
  public var method: String?
  public var seed: UInt64?
  public var scorer: String?
  public var perClass: Int?
  public var trainLimit: Int?
  public var maxAnswerTokens: Int?
  public var testLimit: Int?
  public var evaluateOn: RowSelection.Evaluation?
  public var readOut: ReadOutKind?
  public var rank: Int?
  public var alpha: Double?
  public var dropout: Double?
  public var adversary: Adversary.Mode?
  public var adversaryWeight: Double?
  /// The method's own hyper-parameters.
  public var options: [String: Double]?
  public var batch: Int?
  public var batchTokens: Int?
  public var gradientCheckpointing: Bool?
  public var accumulation: Int?
  public var epochs: Int?
  public var learningRate: Double?
  public var schedule: LearningRateSchedule.Shape?
  public var warmupSteps: Int?
  public var weightDecay: Double?
  public var gradientClip: Double?
  public var checkpointSteps: Int?
  public var checkpointSeconds: Double?
  public var maxLength: Int?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case base, device, threads, weights, suite, data, order, tasks, method, seed, rank, alpha, dropout, adversary, batch
    case accumulation, epochs, schedule, scorer, options
    case trainLimit = "train-limit"
    case maxAnswerTokens = "max-answer-tokens"
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

  /// A file without a key.
  public init() {}

  /// Reads a file; an unknown key is an error, because a misspelt option would otherwise do nothing in silence.
  /// - Throws: `FileError`; ``RunError/invalidConfiguration(key:got:allowed:)`` that names the file, the line and the key.
  public static func read(_ url: URL) throws -> RunFile {
    let file = try MappedFile(url)
    guard file.bytes.count <= sizeLimit else {
      throw FileError.tooLarge(path: url.path, bytes: file.bytes.count, limit: sizeLimit)
    }
    return try decode(file.data(), path: url.path)
  }

  /// Reads YAML that is in memory already.
  ///
  /// - Parameters:
  ///   - data: the text.
  ///   - path: where it came from, for errors.
  /// - Throws: as ``read(_:)``.
  public static func decode(_ data: Data, path: String) throws -> RunFile {
    guard data.count <= sizeLimit else {
      throw FileError.tooLarge(path: path, bytes: data.count, limit: sizeLimit)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw RunError.invalidConfiguration(key: path, got: "no UTF-8 text", allowed: "YAML")
    }
    if let line = YAMLGuard.lineOfAlias(in: data) {
      throw RunError.invalidConfiguration(
        key: "\(path):\(line)", got: "an anchor (&name) or an alias (*name)",
        allowed: "plain values; put quotation marks around a value that begins with & or *")
    }
    do {
      // No tag is resolved: what a value is, is decided by its key.
      guard let node = try Yams.compose(yaml: text, .basic) else { return RunFile() }
      guard case .mapping(let mapping) = node else {
        throw RunError.invalidConfiguration(key: path, got: "no mapping", allowed: "lines of `key: value`")
      }
      return try decode(mapping, path: path)
    } catch let error as RunError {
      throw error
    } catch {
      // The parser's message shows the place on lines of its own.
      let message = "\(error)".split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      throw RunError.invalidConfiguration(
        key: path, got: "no valid YAML: \(message.joined(separator: " ").prefix(400))", allowed: "YAML")
    }
  }

  private static func decode(_ mapping: Node.Mapping, path: String) throws -> RunFile {
    let known = CodingKeys.allCases.map(\.rawValue)
    for (key, _) in mapping {
      guard let name = key.scalar?.string, known.contains(name) else {
        throw RunError.invalidConfiguration(
          key: "\(path):\(key.mark?.line ?? 0): \(key.scalar?.string ?? "?")", got: "unknown",
          allowed: known.sorted().joined(separator: ", "))
      }
    }
    let safe = Node.Mapping(mapping.map { ($0.key, YAMLGuard.withoutSexagesimal($0.value)) })
    do {
      return try YAMLDecoder().decode(RunFile.self, from: Node.mapping(safe))
    } catch let error as DecodingError {
      let key = key(of: error)
      let line = mapping.first { $0.key.string == key }?.key.mark?.line ?? 0
      throw RunError.invalidConfiguration(
        key: "\(path):\(line): \(key)", got: "a value of the wrong kind", allowed: "see `accrete train --help`")
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
