import Files
public import Foundation
import Learning
public import Records
public import Streams
public import Torch

/// The YAML file of a run: the same keys as the flags of `accrete train`, none other; each may be left out.
public struct RunFile: Sendable, Equatable, Decodable {
  public var base: String?
  public var device: String?
  public var threads: Int?
  public var weights: WeightMatrix.Precision?
  public var suite: String?
  public var data: String?
  public var order: Int?
  public var tasks: [String]?
  public var columns: String?
  public var form: RowForm?
  public var method: String?
  public var seed: UInt64?
  public var scorer: String?
  public var perClass: Int?
  public var trainLimit: Int?
  public var maxAnswerTokens: Int?
  public var testLimit: Int?
  public var evaluateOn: RowSelection.Evaluation?
  public var outputHead: OutputHead?
  /// The key of earlier versions for ``outputHead``; nil once a file is read.
  private var readOut: OutputHead?
  public var rank: Int?
  public var alpha: Double?
  public var dropout: Double?
  public var routedExperts: Bool?
  public var targetModules: String?
  /// The keys of earlier versions for hyper-parameters of `moe-cl`.
  public var adversary: String?
  public var adversaryWeight: Double?
  /// The method's own hyper-parameters.
  public var options: MethodOptions?
  /// The same under the flag's name; nil once a file is read.
  private var option: MethodOptions?
  public var batch: Int?
  public var batchTokens: Int?
  public var gradientCheckpointing: Bool?
  public var accumulation: Int?
  public var epochs: Int?
  public var learningRate: Double?
  public var schedule: LearningRateShape?
  public var warmupSteps: Int?
  public var weightDecay: Double?
  public var gradientClip: Double?
  public var checkpointSteps: Int?
  public var checkpointSeconds: Double?
  public var maxLength: Int?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case base, device, threads, weights, suite, data, order, tasks, method, seed, rank, alpha, dropout, adversary, batch
    case accumulation, epochs, schedule, scorer, options, option, columns, form
    case trainLimit = "train-limit"
    case maxAnswerTokens = "max-answer-tokens"
    case batchTokens = "batch-tokens"
    case gradientCheckpointing = "gradient-checkpointing"
    case checkpointSteps = "checkpoint-steps"
    case checkpointSeconds = "checkpoint-seconds"
    case perClass = "per-class"
    case routedExperts = "routed-experts"
    case targetModules = "target-modules"
    case testLimit = "test-limit"
    case evaluateOn = "evaluate-on"
    case outputHead = "output-head"
    case readOut = "read-out"
    case adversaryWeight = "adversary-weight"
    case learningRate = "learning-rate"
    case warmupSteps = "warmup-steps"
    case weightDecay = "weight-decay"
    case gradientClip = "gradient-clip"
    case maxLength = "max-length"
  }

  /// The keys that such a file may have.
  public static let keys = CodingKeys.allCases.map(\.rawValue)

  /// A file without a key.
  public init() {}

  /// Reads a file; an unknown key is an error, because a misspelt option would otherwise do nothing in silence.
  ///
  /// - Parameters:
  ///   - url: the file.
  ///   - others: keys that may stand in it too, for somebody else.
  /// - Throws: `FileError`; `RunError.invalidConfiguration(key:got:allowed:)` that names the file, the line and the key.
  public static func read(_ url: URL, besides others: [String] = []) throws -> RunFile {
    try decode(YAMLFile.contents(of: url), path: url.path, besides: others)
  }

  /// Reads YAML that is in memory already.
  ///
  /// - Parameters:
  ///   - data: the text.
  ///   - path: where it came from, for errors.
  ///   - others: keys that may stand in it too, for somebody else.
  /// - Throws: as ``read(_:besides:)``.
  public static func decode(_ data: Data, path: String, besides others: [String] = []) throws -> RunFile {
    var file = try YAMLFile.decode(RunFile.self, keys: keys + others, from: data, path: path) ?? RunFile()
    if let earlier = file.readOut {
      guard file.outputHead == nil else {
        throw RunError.invalidConfiguration(
          key: "\(path): read-out", got: "\(earlier.rawValue) beside output-head",
          allowed: "output-head alone: read-out is its name in earlier versions")
      }
      (file.outputHead, file.readOut) = (earlier, nil)
    }
    if let option = file.option {
      guard file.options == nil else {
        throw RunError.invalidConfiguration(
          key: "\(path): option", got: "given beside options", allowed: "one of them: they are the same")
      }
      (file.options, file.option) = (option, nil)
    }
    return file
  }
}

extension RunFile: AllowedValues {
  static var allowedValues: [String: String] {
    let values: [CodingKeys: String] = [
      .weights: WeightMatrix.Precision.choices, .evaluateOn: RowSelection.Evaluation.choices,
      .outputHead: OutputHead.choices, .readOut: OutputHead.choices,
      .adversary: EarlierAdversary.modes.joined(separator: ", "),
      .schedule: LearningRateShape.choices,
      .tasks: "a list of files", .columns: "text, such as text=body,label=category",
      .form: RowForm.allCases.map(\.rawValue).listed, .options: MethodOptions.allowed, .option: MethodOptions.allowed,
    ]
    return Dictionary(uniqueKeysWithValues: values.map { ($0.rawValue, $1) })
  }
}
