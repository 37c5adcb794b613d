public import ModelConfiguration
public import Torch

/// How a model computes on its device: what decides between two ways of doing the same, in one place, for passes to ask and for people to
/// read.
public struct ComputePlan: Sendable, Equatable {
  /// How attention is computed.
  public enum Attention: String, Sendable {
    /// By our kernels on packed tokens, without masks or padding.
    case packed
    /// By libtorch on the padded grid.
    case grid
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

  public init(device: Device, weights: WeightPrecision, compute: ComputePrecision) {
    (self.device, self.weights, self.compute) = (device, weights, compute)
  }

  /// What activations within a layer are held in, and their gradients. The residual stream is float32.
  public var activations: DType { compute == .bfloat16 ? .bfloat16 : .float32 }

  /// Where no mask of its own asks for the grid.
  public var attention: Attention { device == .cpu ? .packed : .grid }

  /// Whether our fused kernels compute norms, gated blocks, low-rank factors and losses; elsewhere single operations of libtorch do.
  public var hasKernels: Bool { device == .cpu }

  /// The whole plan, for people.
  public var entries: [Entry] {
    let kernels = hasKernels ? "our kernels (\(InstructionSet.current.rawValue))" : "single operations of libtorch"
    let products =
      switch (weights, compute) {
      case (.int8, _): "8-bit integers, inputs quantized row by row"
      case (_, .bfloat16): "bfloat16, sums in float32, by libtorch"
      case (.bfloat16, _): "float32, a tile of the matrix widened at a time, by libtorch"
      case (.float32, _): "float32, by libtorch"
      }
    return [
      Entry(what: "products with frozen matrices", how: products),
      Entry(what: "activations within a layer, and their gradients", how: activations.rawValue),
      Entry(
        what: "residual stream, statistics of norms and softmax, losses, router, RoPE, all that trains",
        how: DType.float32.rawValue),
      Entry(
        what: "attention", how: attention == .packed ? "packed, by \(kernels)" : "on the padded grid, by libtorch"),
      Entry(what: "norms, gated blocks, low-rank factors", how: kernels),
      Entry(what: "optimizer", how: "AdamW of libtorch, one pass over all that trains"),
      Entry(what: "generated text", how: "float32"),
    ]
  }
}

extension DecoderModel {
  /// How this model computes.
  public var plan: ComputePlan { ComputePlan(device: device, weights: heldPrecision, compute: compute) }
}
