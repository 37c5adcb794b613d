import Files
public import Foundation
public import ModelConfiguration
public import Torch

/// A decoder whose own weights train.
///
/// Its tensors are leaves to which one owner (the optimizer's `FlatParameters`) gives gradient buffers; ``model`` sees every change. Until
/// then it is a frozen model like any other.
public struct TrainableDecoder: Sendable {
  /// A tensor with its name in a checkpoint.
  public struct Weight: Sendable {
    public let name: String
    public let tensor: Tensor

    /// Whether it belongs to a routed expert, which sees a part of the tokens only.
    public var isRouted: Bool { TrainableDecoder.isRouted(name) }
    /// Whether it is a matrix inside of a layer, but for the router.
    public var isHiddenMatrix: Bool {
      tensor.shape.count == 2 && name.hasPrefix("model.layers.") && !TensorNames.isRouter(name)
    }
  }

  /// In the order in which a checkpoint is read.
  public let weights: [Weight]
  public let model: DecoderModel

  /// A model with initial values.
  ///
  /// - Parameters:
  ///   - configuration: Its shape.
  ///   - seed: Of the run.
  ///   - deviation: σ of its matrices (`initializer_range`).
  ///   - device: Where it trains.
  /// - Throws: `TorchError` where it does not fit.
  public init(
    _ configuration: DecoderConfiguration, seed: UInt64, deviation: Double = 0.02, on device: Device = .cpu
  ) throws {
    try self.init(
      configuration, InitialWeights(seed: seed, deviation: deviation, layers: configuration.layers), device)
  }

  /// A model with weights that are given, all of them and no others.
  /// - Throws: ``DecoderError/tensorNamesDiffer(folder:missing:unused:)``, ``DecoderError/tensorShapeDiffers(file:name:expected:got:)``.
  public init(_ configuration: DecoderConfiguration, weights given: [String: Tensor], on device: Device = .cpu) throws {
    let wanted = TensorNames(configuration, experts: .each).all
    guard wanted == Set(given.keys) else {
      throw DecoderError.tensorNamesDiffer(
        folder: "the weights given", missing: wanted.subtracting(given.keys).sorted(),
        unused: Set(given.keys).subtracting(wanted).sorted())
    }
    try self.init(configuration, GivenWeights(tensors: given), device)
  }

  /// A model continued from a checkpoint, in float32: with its tensors, which must be exactly this shape's; or, for an MoE model, from a
  /// dense base (sparse upcycling, docs/pretraining.md).
  ///
  /// - Parameters:
  ///   - configuration: Its shape.
  ///   - folder: The base.
  ///   - seed: Of the run; for the routers of an MoE model that begins as a dense base.
  ///   - deviation: σ of these routers.
  ///   - device: Where it trains.
  /// - Throws: ``DecoderError``, `TorchError.malformedSafetensors`, `FileError`.
  public init(
    _ configuration: DecoderConfiguration, from folder: URL, seed: UInt64, deviation: Double = 0.02,
    on device: Device = .cpu
  ) throws {
    let checkpoint = try Checkpoint(folder: folder)
    let base = try DecoderConfiguration(folder: folder)
    guard base.packed == nil else { throw DecoderError.packedBase(folder: folder.path, use: "pretrained from") }
    if UpcycledWeights.areNeeded(for: configuration, from: base) {
      let initial = InitialWeights(seed: seed, deviation: deviation, layers: configuration.layers)
      try self.init(
        configuration, UpcycledWeights(checkpoint, base, becoming: configuration, initial: initial), device)
    } else {
      guard !checkpoint.hasFusedExperts else {
        throw DecoderError.fusedExperts(folder: folder.path, use: "pretrained from")
      }
      try checkpoint.requireExactly(TensorNames(configuration, experts: .each).all)
      try self.init(configuration, WidenedWeights(checkpoint: checkpoint), device)
    }
  }

  private init(_ configuration: DecoderConfiguration, _ source: any TensorSource, _ device: Device) throws {
    try Self.require(configuration)
    let recorder = RecordingSource(source)
    let loader = LayerLoader(
      configuration: configuration, source: recorder, device: device, precision: .float32, experts: .each)
    // Its weights move from step to step: there is no digest yet.
    model = try DecoderModel(loader, digest: Digest(of: Data()))
    weights = recorder.tensors.map { Weight(name: $0.name, tensor: $0.tensor) }
  }

  /// Refuses a family whose weights cannot be trained here.
  /// - Throws: `ConfigurationError.unsupportedOption(path:key:got:supported:)`.
  public static func require(_ configuration: DecoderConfiguration) throws {
    guard configuration.family.canPretrain else {
      throw ConfigurationError.unsupportedOption(
        path: "model", key: "architectures", got: configuration.family.architecture,
        supported: "for pretraining, "
          + ModelFamily.allCases.filter(\.canPretrain).map(\.architecture).joined(separator: ", ")
          + "; experts can be learned on it")
    }
  }

  /// The same model with other leaves for its weights.
  /// - Throws: As ``init(_:weights:on:)``.
  public func sharing(_ tensors: [String: Tensor]) throws -> TrainableDecoder {
    try TrainableDecoder(model.configuration, weights: tensors, on: model.device)
  }

  /// The same weights read for another length or other rotary frequencies.
  public func reconfigured(_ configuration: DecoderConfiguration) throws -> TrainableDecoder {
    try TrainableDecoder(
      configuration, weights: Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0.tensor) }),
      on: model.device)
  }
}

extension TrainableDecoder {
  /// What a model of some shape has, without making it.
  public struct WeightSize: Sendable {
    public let name: String
    public let count: Int
    /// As ``Weight/isRouted``.
    public var isRouted: Bool { TrainableDecoder.isRouted(name) }
  }

  static func isRouted(_ name: String) -> Bool { name.contains(".mlp.experts.") }

  /// The numbers of values of all weights.
  /// - Throws: `TorchError`.
  public static func sizes(_ configuration: DecoderConfiguration) throws -> [WeightSize] {
    try TrainableDecoder(configuration, UnsetWeights(), .cpu).weights.map {
      WeightSize(name: $0.name, count: $0.tensor.count)
    }
  }
}

/// Tensors whose memory nobody has touched.
private struct UnsetWeights: TensorSource {
  func stored(_ name: String, _ shape: [Int], on device: Device) throws -> Tensor {
    try Tensor(uninitialized: shape, on: device)
  }
}
