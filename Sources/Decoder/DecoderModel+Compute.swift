public import ModelConfiguration
import Torch

extension DecoderModel {
  /// On a processor smaller models gain too little by bfloat16 to pay for its rounding. A GPU multiplies it many times faster than float32,
  /// and has its best attention for it only.
  public static let leastParametersForHalf = 100_000_000

  /// The same model whose products are computed in another precision.
  ///
  /// - Parameter precision: bfloat16 only where ``suitsHalfProducts``: elsewhere what is not held in it is computed in float32, and
  ///   rounded.
  public func computing(in precision: ComputePrecision) -> DecoderModel {
    var copy = self
    copy.compute = precision
    return copy
  }

  /// The same model, computing as somebody asks.
  ///
  /// - Parameters:
  ///   - choice: `auto` takes bfloat16 where the model ``suitsHalfProducts`` and it is computed on a GPU from compute capability 8.0 on, or
  ///     on a processor that multiplies bfloat16 and the model has at least ``leastParametersForHalf`` parameters.
  ///   - name: Names the model in errors.
  /// - Throws: ``DecoderError/computeNeedsHalf(base:held:)`` where bfloat16 is asked for and the model does not suit it.
  public func computing(_ choice: ComputeChoice, named name: String) throws -> DecoderModel {
    switch choice {
    case .float32: return computing(in: .float32)
    case .bfloat16:
      guard suitsHalfProducts else {
        throw DecoderError.computeNeedsHalf(base: name, held: heldPrecision.rawValue)
      }
      return computing(in: .bfloat16)
    case .auto:
      guard suitsHalfProducts else { return computing(in: .float32) }
      let gains =
        plan.hasProcessorKernels
        ? InstructionSet.hasHalfProducts && parameterCount >= Self.leastParametersForHalf
        : DeviceOperations.suitsHalfProducts(on: device)
      return computing(in: gains ? .bfloat16 : .float32)
    }
  }

  /// Whether products of bfloat16 suit the model.
  ///
  /// All matrices are held in it; or it is on a device, where products with codes and integers take bfloat16 as it is. There an embedding,
  /// an LM head and what a packed checkpoint left out may be float32: their products are computed in it and rounded.
  public var suitsHalfProducts: Bool {
    let held = layers.flatMap(\.matrices)
    if Kernels.isDevice(device), !heldPrecision.includesEmbedding {
      return held.allSatisfy { $0.suitsHalfProducts || $0.precision == .float32 }
    }
    return embedding.suitsHalfProducts && lmHead.suitsHalfProducts && held.allSatisfy(\.suitsHalfProducts)
  }

  /// How far a batch's tokens are rounded up in passes of this model.
  public var rounding: TokenBatch.Rounding { compute == .bfloat16 ? .fine : .coarse }

  /// How the layers' matrices are held: of the first layer, as all are held alike.
  public var heldPrecision: WeightPrecision { layers.first?.attention.query.precision ?? embedding.precision }
}
