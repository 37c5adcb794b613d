import Files
import Foundation

/// What the keys of a `config.json` mean; every refusal names the key.
struct ConfigurationReader {
  let path: String
  let raw: RawConfiguration
  private let data: Data
  /// The keys that the file has, null or not: for some a class has a value of its own where they are missing.
  let keys: Set<String>

  init(_ data: Data, path: String) throws {
    (self.path, self.data) = (path, data)
    raw = try JSONFile.decode(RawConfiguration.self, from: data, path: path)
    keys = try JSONFile.names(in: data, path: path)
  }

  /// Keys that only one family has; as for all others, a value of another type is refused by its key.
  func keys<Keys: Decodable>(_ type: Keys.Type) throws -> Keys { try JSONFile.decode(type, from: data, path: path) }

  func invalid(_ key: String, _ got: String, _ allowed: String) -> ConfigurationError {
    .invalidValue(path: path, key: key, got: got, allowed: allowed)
  }

  func unsupported(_ key: String, _ got: String, _ supported: String) -> ConfigurationError {
    .unsupportedOption(path: path, key: key, got: got, supported: supported)
  }

  func positive(_ key: String, _ value: Int?, limit: Int) throws -> Int {
    guard let value, (1...limit).contains(value) else {
      throw invalid(key, value.map(String.init) ?? "missing", "1 to \(limit)")
    }
    return value
  }

  func family() throws -> ModelFamily {
    let architecture = raw.architectures?.first ?? "none"
    guard let family = ModelFamily(architecture: architecture) else {
      throw ConfigurationError.unknownArchitecture(
        path: path, got: architecture, supported: ModelFamily.allCases.map(\.architecture))
    }
    return family
  }

  func refuseUnsupported(_ family: any FamilyDescriptor) throws {
    let switches: [(String, Bool?)] = [
      ("mlp_bias", raw.mlpBias), ("use_mla", raw.useMLA), ("add_classification_head", raw.addClassificationHead),
    ]
    for (key, value) in switches where value == true { throw unsupported(key, "true", "false") }
    if let (key, named) = try family.activationKey(self), named != family.activation.rawValue {
      throw unsupported(key, named, family.activation.rawValue)
    }
    try family.refuseUnsupported(self)
  }

  /// The ids of a key: those of `generation_config.json` where it has the key, else those of `config.json`.
  ///
  /// - Parameters:
  ///   - key: Names them in both files.
  ///   - own: What `config.json` has.
  ///   - generation: What `generation_config.json` has, and its path; `nil`: there is no such file.
  ///   - vocabularySize: Every id is below it.
  /// - Throws: ``ConfigurationError/invalidValue(path:key:got:allowed:)`` with the file that the id stands in.
  func tokens(
    _ key: String, _ own: TokenIDs?, _ generation: (ids: TokenIDs?, path: String)?, vocabularySize: Int
  ) throws -> [Int] {
    let first = generation.flatMap { file in file.ids.map { (ids: $0.ids, path: file.path) } }
    let found = first ?? (ids: own?.ids ?? [], path: path)
    for id in found.ids where !(0..<vocabularySize).contains(id) {
      throw ConfigurationError.invalidValue(
        path: found.path, key: key, got: "\(id)", allowed: "0 to \(vocabularySize - 1)")
    }
    return found.ids
  }

  // MARK: Attention

  func heads(_ missing: MissingKeys, hiddenSize: Int) throws -> (heads: Int, kvHeads: Int, headDim: Int) {
    let heads = try positive("num_attention_heads", raw.numAttentionHeads, limit: 1 << 12)
    let keyHeads = keys.contains("num_key_value_heads") ? nil : missing.keyHeads
    let kvHeads = try positive("num_key_value_heads", raw.numKeyValueHeads ?? keyHeads ?? heads, limit: 1 << 12)
    guard heads % kvHeads == 0 else {
      throw invalid("num_key_value_heads", "\(kvHeads)", "a divisor of num_attention_heads (\(heads))")
    }
    let own = keys.contains("head_dim") ? nil : missing.headDim
    let headDim = try positive(
      "head_dim", raw.headDim ?? raw.attentionHeadDim ?? own ?? hiddenSize / heads, limit: 1 << 12)
    guard headDim % 2 == 0 else { throw invalid("head_dim", "\(headDim)", "an even number (RoPE)") }
    return (heads, kvHeads, headDim)
  }

  /// `sliding_window`, of which null is none and a missing one transformers' 4096.
  var slidingWindow: Int? { keys.contains("sliding_window") ? raw.slidingWindow : 4096 }

  /// The windows of families that ask `use_sliding_window`.
  func windowsInUse(layers: Int) throws -> [Int?] {
    try windows(
      of: raw.useSlidingWindow == true ? slidingWindow : nil, fromLayer: raw.maxWindowLayers ?? 28, layers: layers)
  }

  /// - Parameters:
  ///   - size: The window; `nil`: none.
  ///   - first: The lowest layer that has it, where `layer_types` does not say so.
  ///   - layers: How many there are.
  func windows(of size: Int?, fromLayer first: Int, layers: Int) throws -> [Int?] {
    guard let size else { return Array(repeating: nil, count: layers) }
    let window = try positive("sliding_window", size, limit: 1 << 24)
    return try slidingLayers(layers)?.map { $0 ? window : nil }
      ?? (0..<layers).map { $0 >= first ? window : nil }
  }

  /// Which layers have a window, as `layer_types` says; `nil` where it is not there.
  func slidingLayers(_ layers: Int) throws -> [Bool]? {
    guard let types = raw.layerTypes else { return nil }
    guard types.count == layers, types.allSatisfy({ ["full_attention", "sliding_attention"].contains($0) }) else {
      throw invalid(
        "layer_types", "\(types.count) types", "full_attention or sliding_attention for each of \(layers) layers")
    }
    return types.map { $0 == "sliding_attention" }
  }

  // MARK: Feed-forward

  func denseWidth() throws -> Int { try positive("intermediate_size", raw.intermediateSize, limit: 1 << 20) }

  /// The number that all layers share.
  func same(_ key: String, _ value: OneOrEach?, layers: Int) throws -> Int? {
    guard let value else { return nil }
    guard let first = value.values.first, !value.isList || value.values.count >= layers else {
      throw invalid(key, "a list of \(value.values.count)", "a number, or one for each of \(layers) layers")
    }
    guard value.values.allSatisfy({ $0 == first }) else {
      throw unsupported(key, "a list of different numbers", "the same for all layers")
    }
    return first
  }
}
