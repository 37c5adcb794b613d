public import ModelConfiguration
public import Torch

/// How a model computes on its device: what decides between two ways of doing the same, in one place, for passes to ask and for people to
/// read.
public struct ComputePlan: Sendable, Equatable {
  /// How attention is computed.
  public enum Attention: String, Sendable {
    /// By our kernels on packed tokens, without masks or padding.
    case packed
    /// By libtorch's FlashAttention on packed tokens.
    case flash
    /// By libtorch's memory-efficient attention on packed tokens: for float32.
    case efficient
    /// By single operations, sequence by sequence: what stands in for the two where a GPU is rehearsed on a CPU.
    case composed
  }

  /// One line of the plan.
  public struct Entry: Sendable, Equatable {
    public let what: String
    public let how: String
  }

  public let device: Device
  /// How the layers' matrices are held.
  public let weights: WeightPrecision
  /// What their products are computed in.
  public let compute: ComputePrecision
  /// Whether the CPU's tensors are computed as a GPU's are (`Kernels.rehearsesDevice`).
  public let rehearsesDevice: Bool

  public init(
    device: Device, weights: WeightPrecision, compute: ComputePrecision,
    rehearsesDevice: Bool = Kernels.rehearsesDevice
  ) {
    (self.device, self.weights, self.compute) = (device, weights, compute)
    self.rehearsesDevice = rehearsesDevice && device == .cpu
  }

  /// What activations within a layer are held in, and their gradients. The residual stream is float32.
  public var activations: DType { compute == .bfloat16 ? .bfloat16 : .float32 }

  /// In training and scoring, and on a GPU in generation. Where a mask of its own asks for it, libtorch computes on the padded grid.
  public var attention: Attention {
    if rehearsesDevice { return .composed }
    if device == .cpu { return .packed }
    return compute == .bfloat16 && DeviceOperations.suitsHalfProducts(on: device) ? .flash : .efficient
  }

  /// Whether the kernels are those of the processor.
  public var hasProcessorKernels: Bool { device == .cpu && !rehearsesDevice }

  /// The whole plan, for people.
  public var entries: [Entry] {
    let kernels = DeviceOperations.description(on: device, rehearsed: rehearsesDevice)
    return [
      Entry(what: "products with frozen matrices", how: hasProcessorKernels ? products : deviceProducts),
      Entry(what: "activations within a layer, and their gradients", how: activations.rawValue),
      Entry(
        what: "residual stream, statistics of norms and softmax, losses, router, RoPE, all that trains",
        how: DType.float32.rawValue),
      Entry(what: "attention", how: attentionText(kernels)),
      Entry(what: "norms, gated blocks, low-rank factors", how: kernels),
      Entry(what: "optimizer", how: "AdamW of libtorch, one pass over all that trains"),
      Entry(what: "generated text", how: generationText),
    ]
  }

  private var products: String {
    switch (weights, compute) {
    case (.int8, _): "8-bit integers, inputs quantized row by row"
    case (.fp8, _), (.nf4, _), (.int4, _):
      "float32, a tile of the matrix made of its \(weights.rawValue) codes at a time, by libtorch"
    case (_, .bfloat16): "bfloat16, sums in float32, by libtorch"
    case (.bfloat16, _): "float32, a tile of the matrix widened at a time, by libtorch"
    case (.float32, _): "float32, by libtorch"
    }
  }

  private var deviceProducts: String {
    switch (weights, compute) {
    case (.int8, _):
      "8-bit integers, inputs quantized row by row, by libtorch; sums made \(activations.rawValue) by single operations"
    case (.fp8, .bfloat16) where Float8Product.isThere(on: device):
      "float8 e4m3, inputs rounded row by row, sums in float32, by libtorch; backward the matrix is turned in one buffer"
    case (.fp8, .bfloat16):
      "bfloat16 made of fp8 codes in one buffer as large as the largest matrix, by single operations; this device has no"
        + " products of float8"
    case (.nf4, .bfloat16), (.int4, .bfloat16):
      "bfloat16 made of \(weights.rawValue) codes in one buffer as large as the largest matrix, by"
        + " \(DeviceOperations.description(on: device, rehearsed: rehearsesDevice)); multiplied by libtorch"
    case (.fp8, _), (.nf4, _), (.int4, _):
      "float32 of the whole matrix made of its \(weights.rawValue) codes, by single operations; --compute bfloat16 is faster"
    case (_, .bfloat16): "bfloat16, sums in float32, by libtorch"
    case (.bfloat16, _): "float32 of the whole matrix, by libtorch"
    case (.float32, _): "float32, by libtorch"
    }
  }

  private var generationText: String {
    guard hasProcessorKernels else { return "\(activations.rawValue), all sequences of a step in one pass" }
    return compute == .bfloat16 ? "products in bfloat16; what is between them float32" : "float32"
  }

  private func attentionText(_ kernels: String) -> String {
    switch attention {
    case .packed: "packed, by \(kernels)"
    case .flash: "packed, by libtorch's FlashAttention; the backward pass adds up in a fixed order"
    case .efficient: "packed, by libtorch's memory-efficient attention"
    case .composed: "packed, by single operations"
    }
  }
}

extension DecoderModel {
  /// How this model computes.
  public var plan: ComputePlan { ComputePlan(device: device, weights: heldPrecision, compute: compute) }
}
