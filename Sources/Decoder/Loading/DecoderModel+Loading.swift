import Files
public import Foundation
public import Torch

extension DecoderModel {
  /// Loads a Hugging Face folder. Strict: every tensor of the files is used and every slot is filled.
  ///
  /// - Parameters:
  ///   - folder: with `config.json` and `model.safetensors` or a sharded index.
  ///   - device: where the weights go.
  ///   - precision: how the layers' matrices are held; nil: as the files have them, where that is bfloat16 on a CPU, else in
  ///     float32. Norms are float32 always; embedding and read-out are never int8.
  /// - Throws: ``DecoderError``, `TorchError`, `FileError`.
  public init(folder: URL, on device: Device = .cpu, precision: FrozenMatrix.Precision? = nil) throws {
    let configuration = try DecoderConfiguration(folder: folder)
    let checkpoint = try Checkpoint(folder: folder)
    let form: TensorNames.ExpertForm =
      configuration.mixture != nil && checkpoint.contains(TensorNames.layer(0, TensorNames.fusedGateUp))
      ? .fused : .each
    let names = TensorNames(configuration, experts: form)
    // Some writers store the tied read-out a second time; it must then be the embedding.
    let hasRedundantReadOut = configuration.tiedEmbeddings && checkpoint.contains(TensorNames.readOut)
    try checkpoint.requireExactly(names.all.union(hasRedundantReadOut ? [TensorNames.readOut] : []))

    let loader = LayerLoader(
      configuration: configuration, checkpoint: checkpoint, device: device, precision: precision, experts: form)
    let table = [configuration.vocabularySize, configuration.hiddenSize]
    let tablePrecision = precision == .int8 ? nil : precision
    embedding = try loader.matrix(TensorNames.embedding, table, tablePrecision)
    finalNorm = try loader.vector(TensorNames.finalNorm, [configuration.hiddenSize])
    if configuration.tiedEmbeddings {
      if hasRedundantReadOut {
        let stored = try checkpoint.stored(TensorNames.readOut, table, on: device)
        guard try stored.isEqual(to: checkpoint.stored(TensorNames.embedding, table, on: device)) else {
          throw DecoderError.tensorNamesDiffer(folder: folder.path, missing: [], unused: [TensorNames.readOut])
        }
      }
      readOut = embedding
    } else {
      readOut = try loader.matrix(TensorNames.readOut, table, tablePrecision)
    }
    layers = try (0..<configuration.layers).map { try loader.layer($0) }
    rotary = try RotaryEmbedding(
      headDim: configuration.headDim, theta: configuration.ropeTheta, scaling: configuration.ropeScaling, on: device)
    self.configuration = configuration
    digest = checkpoint.digest
  }
}
