import Files
public import Foundation
public import ModelConfiguration
public import Torch

extension DecoderModel {
  /// Loads a Hugging Face folder. Strict: every tensor of the files is used and every slot is filled.
  ///
  /// - Parameters:
  ///   - folder: With `config.json` and `model.safetensors` or a sharded index.
  ///   - device: Where the weights go.
  ///   - precision: How the layers' matrices are held; `nil`: as the files have them, where that is codes of 4 bits, or bfloat16 on a CPU,
  ///     else in float32. Norms are float32 always; embedding and LM head are never made integers or codes.
  /// - Throws: ``DecoderError``, `TorchError`, `FileError`.
  public init(folder: URL, on device: Device = .cpu, precision: WeightMatrix.Precision? = nil) throws {
    let configuration = try DecoderConfiguration(folder: folder)
    let checkpoint = try Checkpoint(folder: folder)
    let routed = (0..<configuration.layers).first { configuration.moe(ofLayer: $0) != nil }
    let isFused = routed.map { checkpoint.contains(TensorNames.layer($0, TensorNames.fusedGateUp)) } ?? false
    let form: TensorNames.ExpertForm = isFused ? .fused : .each
    let names = TensorNames(configuration, experts: form)
    // Some writers store the tied LM head a second time; it must then be the embedding.
    let hasRedundantHead = configuration.tiedEmbeddings && checkpoint.contains(TensorNames.lmHead)
    let wanted = names.all.union(hasRedundantHead ? [TensorNames.lmHead] : [])
    let present = try configuration.packed.map { try checkpoint.names(of: wanted, packedAs: $0) } ?? wanted
    try checkpoint.requireExactly(present)

    if hasRedundantHead {
      let table = [configuration.vocabularySize, configuration.hiddenSize]
      let stored = try checkpoint.stored(TensorNames.lmHead, table, on: device)
      guard try stored.isEqual(to: checkpoint.stored(TensorNames.embedding, table, on: device)) else {
        throw DecoderError.tensorNamesDiffer(folder: folder.path, missing: [], unused: [TensorNames.lmHead])
      }
    }
    // What the files have is not to be made of other numbers.
    let own = configuration.packed != nil && precision == .int4
    try self.init(
      LayerLoader(
        configuration: configuration, source: checkpoint, device: device, precision: own ? nil : precision,
        experts: form),
      digest: checkpoint.digest)
    let head = hasRedundantHead ? configuration.vocabularySize * configuration.hiddenSize : 0
    let zeros = try present.subtracting(wanted).filter(PackedParts.isBias).reduce(0) {
      try $0 + checkpoint.stored($1).count
    }
    parameterCount = checkpoint.parameterCount - head - zeros
    roundedTo = try Self.rounding(by: precision, checkpoint, names: wanted)
  }

  /// What numbers are rounded to on their way from the files; `nil`: they stay what they are. float32 holds all of them.
  private static func rounding(
    by precision: WeightMatrix.Precision?, _ checkpoint: Checkpoint, names: Set<String>
  ) throws -> WeightPrecision? {
    switch precision {
    case nil, .float32, .int4: return nil
    case .int8, .fp8, .nf4: return precision
    case .bfloat16:
      // Norms, and biases, are in float32 whatever the files have.
      let matrices = names.filter { !$0.hasSuffix("norm.weight") && !$0.hasSuffix(".bias") }
      let isExact = try matrices.allSatisfy { name in
        try checkpoint.contains(name) && checkpoint.stored(name).dtype == .bfloat16
      }
      return isExact ? nil : precision
    }
  }

  /// A model of the tensors that a loader gives.
  init(_ loader: LayerLoader, digest: Digest) throws {
    let configuration = loader.configuration
    let table = [configuration.vocabularySize, configuration.hiddenSize]
    let precision = loader.precision.flatMap { $0.includesEmbedding ? $0 : nil }
    embedding = try loader.matrix(TensorNames.embedding, table, precision)
    embeddingScale = try loader.embeddingScale()
    finalNorm = try loader.gain(TensorNames.finalNorm, configuration.hiddenSize)
    lmHead =
      try configuration.tiedEmbeddings ? embedding : loader.matrix(TensorNames.lmHead, table, precision)
    layers = try (0..<configuration.layers).map { try loader.layer($0) }
    rotary = try RotaryEmbedding(
      headDim: configuration.headDim, theta: configuration.ropeTheta, scaling: configuration.ropeScaling,
      on: loader.device)
    localRotary = try configuration.localRope.map {
      try RotaryEmbedding(headDim: configuration.headDim, theta: $0.theta, scaling: $0.scaling, on: loader.device)
    }
    (self.configuration, declared) = (configuration, configuration)
    self.digest = digest
    parameterCount = 0
  }
}
