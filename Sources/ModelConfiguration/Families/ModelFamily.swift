public import Files

/// A family of models whose checkpoints can be read.
///
/// What a family is, its `FamilyDescriptor` says: one file each in this folder. As JSON it is Hugging Face's class name.
public struct ModelFamily: Sendable {
  let descriptor: any FamilyDescriptor

  /// Every family. A new one is a line here.
  private static let descriptors: [any FamilyDescriptor] = [
    Llama(),
    Mistral(),
    Qwen2(),
    Qwen3(),
    Qwen3MoE(),
    Gemma3(),
    HunyuanDense(),
    HunyuanMoE(),
    Hunyuan(),
  ]

  private init(_ descriptor: any FamilyDescriptor) { self.descriptor = descriptor }

  /// - Parameter architecture: Hugging Face's class name.
  /// - Returns: `nil` for a class that is not supported.
  public init?(architecture: String) {
    guard let family = Self.allCases.first(where: { $0.architecture == architecture }) else { return nil }
    self = family
  }

  /// Hugging Face's class name.
  public var architecture: String { descriptor.architecture }

  /// `model_type`, by which transformers finds the class.
  public var modelType: String { descriptor.modelType }

  /// Whether transformers' class, or the family's own code, reads `alpha` of a RoPE.
  public var readsAlpha: Bool { descriptor.readsAlpha }

  /// What tensors of its layers are called.
  package var names: LayerNames { descriptor.names }

  /// What is added to the stored gains of norms: 0, or 1 where these are w of 1 + w.
  package var gainOffset: Double { descriptor.gainOffset }

  /// Whether embeddings are multiplied by √hidden, rounded to the type that the checkpoint has them in.
  package var scalesEmbedding: Bool { descriptor.scalesEmbedding }

  /// Whether its weights can be trained here, and not experts on them alone.
  package var canPretrain: Bool { descriptor.canPretrain }

  /// `config.json` of a base that is written: with what the family's class would fill in otherwise.
  ///
  /// - Parameters:
  ///   - model: What is written for every family, an object.
  ///   - shape: The base's.
  public func completed(_ model: JSONTree, for shape: DecoderConfiguration) -> JSONTree {
    descriptor.completed(model, for: shape)
  }

  /// What transformers' class of this name would compute otherwise, and what it can.
  public func unlikeItsClass(_ shape: DecoderConfiguration) -> (got: String, allowed: String)? {
    descriptor.unlikeItsClass(shape)
  }
}

extension ModelFamily: CaseIterable {
  public static let allCases = descriptors.map { ModelFamily($0) }
}

extension ModelFamily: Equatable {
  public static func == (first: ModelFamily, second: ModelFamily) -> Bool { first.architecture == second.architecture }
}

extension ModelFamily: Codable {
  /// - Throws: `DecodingError` for a class that is not supported.
  public init(from decoder: any Swift.Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let family = ModelFamily(architecture: name) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription:
          "expected: one of \(ModelFamily.allCases.map(\.architecture).joined(separator: ", ")); got: \(name)")
    }
    self = family
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(architecture)
  }
}
