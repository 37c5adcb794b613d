import Decoder
public import Files
public import Foundation
public import ModelConfiguration
public import Planning
import Pretraining
public import Records

/// The YAML file of a pretraining run; keys that are left out have the values of `PretrainingConfiguration`.
public struct PretrainingFile: Sendable, Equatable, Decodable {
  /// A path of a `config.json`, or its keys.
  public var model: JSONTree?
  /// A base to go on from; model and tokenizer are its own unless they are given.
  public var base: String?
  public var tokenizer: String?
  public var vocabulary: Int?
  public var tokenizerBytes: Int?
  public var sources: [String: Paths]?
  public var heldOut: Double?
  public var textField: String?
  public var tokensFolder: String?
  public var mixture: [String: Double]?
  public var annealMixture: [String: Double]?
  public var longMixture: [String: Double]?
  public var sequenceLength: Int?
  public var documentMask: Bool?
  public var batch: Int?
  public var microBatch: Int?
  public var tokens: Int?
  public var longTokens: Int?
  public var longSequenceLength: Int?
  public var longAlpha: Double?
  public var optimizer: OptimizerKind?
  public var rate: Double?
  public var warmUp: Double?
  public var decay: TrainingSchedule.Decay?
  public var floor: Double?
  public var annealShare: Double?
  public var annealEnd: Double?
  public var weightDecay: Double?
  public var gradientClip: Double?
  /// `auto`, or a number.
  public var expertRate: String?
  /// `none`, or a number.
  public var capacity: String?
  public var minimumCapacity: Int?
  public var overflow: RoutingRule.Overflow?
  public var balance: Double?
  public var zLoss: Double?
  public var initializerRange: Double?
  public var seed: UInt64?
  public var threads: Int?
  public var heldOutEvery: Int?
  public var heldOutTokens: Int?
  public var checkpointSteps: Int?
  public var checkpointSeconds: Double?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case model, base, tokenizer, vocabulary, sources, mixture, batch, tokens, optimizer, rate, decay, floor, capacity
    case overflow, balance, seed, threads
    case tokenizerBytes = "tokenizer-bytes"
    case heldOut = "held-out"
    case textField = "text-field"
    case documentMask = "document-mask"
    case tokensFolder = "tokens-folder"
    case annealMixture = "anneal-mixture"
    case longMixture = "long-mixture"
    case sequenceLength = "sequence-length"
    case microBatch = "micro-batch"
    case longTokens = "long-tokens"
    case longSequenceLength = "long-sequence-length"
    case longAlpha = "long-alpha"
    case warmUp = "warm-up"
    case annealShare = "anneal-share"
    case annealEnd = "anneal-end"
    case weightDecay = "weight-decay"
    case gradientClip = "gradient-clip"
    case expertRate = "expert-rate"
    case minimumCapacity = "minimum-capacity"
    case zLoss = "z-loss"
    case initializerRange = "initializer-range"
    case heldOutEvery = "held-out-every"
    case heldOutTokens = "held-out-tokens"
    case checkpointSteps = "checkpoint-steps"
    case checkpointSeconds = "checkpoint-seconds"
  }

  /// Files, folders and patterns of a source: one, or a list.
  public struct Paths: Sendable, Equatable, Decodable {
    public var values: [String]

    public init(_ values: [String]) { self.values = values }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      values = try (try? container.decode(String.self)).map { [$0] } ?? container.decode([String].self)
    }
  }

  /// The keys that such a file may have.
  public static let keys = CodingKeys.allCases.map(\.rawValue)

  /// Reads a file; an unknown key is an error.
  ///
  /// - Parameters:
  ///   - url: the file.
  ///   - others: `key=value` each, instead of what the file says.
  /// - Throws: `FileError`; `RunError.invalidConfiguration(key:got:allowed:)` that names the file, the line and the key.
  public static func read(_ url: URL, replacing others: [String] = []) throws -> PretrainingFile {
    guard
      let file = try YAMLFile.decode(
        PretrainingFile.self, keys: keys + InvocationFile.keys, from: YAMLFile.contents(of: url), path: url.path,
        replacing: others)
    else { throw RunError.invalidConfiguration(key: url.path, got: "an empty file", allowed: "lines of `key: value`") }
    return file
  }
}

extension PretrainingFile: AllowedValues {
  static var allowedValues: [String: String] {
    let weights = "names of sources with a number each"
    let values: [CodingKeys: String] = [
      .model: "the path of a config.json, or its keys",
      .sources: "names with a file, folder or pattern each, or a list of these",
      .mixture: weights, .annealMixture: weights, .longMixture: weights, .optimizer: OptimizerKind.choices,
      .decay: TrainingSchedule.Decay.choices, .overflow: RoutingRule.Overflow.choices,
      .expertRate: "auto, or a number above 0", .capacity: "none, or a number above 0",
    ]
    return Dictionary(uniqueKeysWithValues: values.map { ($0.rawValue, $1) })
  }
}

extension PretrainingFile {
  /// The whole configuration. Paths of the file are relative to `folder`.
  /// - Throws: `RunError.invalidConfiguration(key:got:allowed:)`; `FileError` for a model's file.
  public func configuration(relativeTo folder: URL) throws -> PretrainingConfiguration {
    func missing(_ key: String, _ allowed: String) -> RunError {
      .invalidConfiguration(key: key, got: "missing", allowed: allowed)
    }
    func path(_ text: String) -> String {
      (text.hasPrefix("/") ? URL(fileURLWithPath: text) : folder.appendingPathComponent(text)).standardizedFileURL.path
    }
    guard let model = model ?? base.map({ .text(($0 as NSString).appendingPathComponent("config.json")) }) else {
      throw missing("model", "the path of a config.json, or its keys")
    }
    guard let sources, !sources.isEmpty else { throw missing("sources", "names of sources with lists of files") }
    guard let tokens else { throw missing("tokens", "how many tokens to learn from") }
    var whole = PretrainingConfiguration(
      model: try Self.model(model, path),
      sources: try sources.mapValues { try $0.values.flatMap { try Self.files($0, path) } },
      tokens: tokens)
    whole.base = base.map(path)
    whole.tokenizer = (tokenizer ?? base).map(path)
    whole.tokensFolder = tokensFolder.map(path)
    (whole.mixture, whole.annealMixture, whole.longMixture) = (mixture, annealMixture, longMixture)
    (whole.longAlpha, whole.threads) = (longAlpha, threads)
    whole.vocabulary = vocabulary ?? whole.vocabulary
    whole.tokenizerBytes = tokenizerBytes ?? whole.tokenizerBytes
    whole.heldOut = heldOut ?? whole.heldOut
    whole.textField = textField == TextSource.defaultField ? nil : textField
    whole.documentMask = documentMask == true ? true : nil
    whole.sequenceLength = sequenceLength ?? whole.sequenceLength
    whole.batch = batch ?? whole.batch
    whole.microBatch = microBatch ?? min(whole.microBatch, whole.batch)
    whole.longTokens = longTokens ?? whole.longTokens
    whole.longSequenceLength = longSequenceLength ?? whole.longSequenceLength
    whole.optimizer = optimizer ?? whole.optimizer
    whole.rate = rate ?? whole.rate
    whole.warmUp = warmUp ?? whole.warmUp
    whole.decay = decay ?? whole.decay
    whole.floor = floor ?? whole.floor
    whole.annealShare = annealShare ?? whole.annealShare
    whole.annealEnd = annealEnd ?? whole.annealEnd
    whole.weightDecay = weightDecay ?? whole.weightDecay
    whole.gradientClip = gradientClip ?? whole.gradientClip
    whole.expertRate = try Self.number(expertRate, key: .expertRate, word: "auto")
    whole.routing.capacityFactor =
      try capacity == nil ? whole.routing.capacityFactor : Self.number(capacity, key: .capacity, word: "none")
    whole.routing.minimumCapacity = minimumCapacity ?? whole.routing.minimumCapacity
    whole.routing.overflow = overflow ?? whole.routing.overflow
    whole.routing.balance = balance ?? whole.routing.balance
    whole.routing.zLoss = zLoss ?? whole.routing.zLoss
    whole.initializerRange = initializerRange ?? whole.initializerRange
    whole.seed = seed ?? whole.seed
    whole.heldOutEvery = heldOutEvery ?? whole.heldOutEvery
    whole.heldOutTokens = heldOutTokens ?? whole.heldOutTokens
    whole.checkpoints.everySteps = checkpointSteps
    whole.checkpoints.everySeconds = checkpointSeconds ?? whole.checkpoints.everySeconds
    try whole.check()
    return whole
  }

  private static func files(_ text: String, _ path: (String) -> String) throws -> [String] {
    try TextFiles.named(by: URL(fileURLWithPath: path(text))).map(\.path)
  }

  private static func model(_ value: JSONTree, _ path: (String) -> String) throws -> JSONTree {
    switch value {
    case .object: value
    case .text(let file):
      try JSONFile.read(JSONTree.self, from: URL(fileURLWithPath: path(String(decoding: file, as: UTF8.self))))
    default:
      throw RunError.invalidConfiguration(
        key: "model", got: value.description, allowed: "the path of a config.json, or its keys")
    }
  }

  /// nil for the word.
  private static func number(_ text: String?, key: CodingKeys, word: String) throws -> Double? {
    guard let text, text != word else { return nil }
    guard let value = Double(text), value > 0, value.isFinite else {
      throw RunError.invalidConfiguration(key: key.rawValue, got: text, allowed: "\(word), or a number above 0")
    }
    return value
  }
}
