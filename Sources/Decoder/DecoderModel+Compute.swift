public import ModelConfiguration
import Torch

extension DecoderModel {
  /// Smaller models gain too little by bfloat16 to pay for its rounding.
  public static let leastParametersForHalf = 100_000_000

  /// The same model whose products are computed in another precision.
  ///
  /// - Parameter precision: bfloat16 only where ``suitsHalfProducts``: what is not held in it is computed in float32, and rounded.
  public func computing(in precision: ComputePrecision) -> DecoderModel {
    var copy = self
    copy.compute = precision
    return copy
  }

  /// The same model, computing as somebody asks.
  ///
  /// - Parameters:
  ///   - choice: `auto` takes bfloat16 where the processor multiplies it, all matrices are held in it, and there are at least
  ///     ``leastParametersForHalf`` parameters.
  ///   - name: Names the model in errors.
  /// - Throws: ``DecoderError/computeNeedsHalf(base:held:)`` where bfloat16 is asked for and the matrices are not held in it.
  public func computing(_ choice: ComputeChoice, named name: String) throws -> DecoderModel {
    switch choice {
    case .float32: return computing(in: .float32)
    case .bfloat16:
      guard suitsHalfProducts else {
        throw DecoderError.computeNeedsHalf(base: name, held: heldPrecision.rawValue)
      }
      return computing(in: .bfloat16)
    case .auto:
      let gains =
        InstructionSet.hasHalfProducts && parameterCount >= Self.leastParametersForHalf && suitsHalfProducts
      return computing(in: gains ? .bfloat16 : .float32)
    }
  }

  /// Whether all matrices are held in bfloat16, as products of bfloat16 need them.
  public var suitsHalfProducts: Bool {
    embedding.suitsHalfProducts && lmHead.suitsHalfProducts
      && layers.allSatisfy { $0.matrices.allSatisfy(\.suitsHalfProducts) }
  }

  /// How the layers' matrices are held: of the first layer, as all are held alike.
  public var heldPrecision: WeightPrecision { layers.first?.attention.query.precision ?? embedding.precision }
}
