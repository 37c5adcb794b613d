public import Files

/// The base model that a registry's versions were made on. The digests decide which it is; the path says where it lies today.
public struct BaseRecord: Sendable, Codable, Equatable {
  /// The base's folder, or an embedded base's name. ``Registry/setBasePath(_:actor:)`` gives another one.
  public var path: String
  /// The digest of the base's weights.
  public let weights: Digest
  /// What the base's configuration says as far as it decides outputs; the registry does not look into it.
  public let configuration: JSONTree?
  /// The digest of its tokenizer.
  public let tokenizer: Digest

  public init(path: String, weights: Digest, configuration: JSONTree?, tokenizer: Digest) {
    self.path = path
    self.weights = weights
    self.configuration = configuration
    self.tokenizer = tokenizer
  }
}
