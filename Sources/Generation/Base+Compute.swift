import Decoder
import Foundation
public import ModelConfiguration
import Torch

extension Base {
  /// The same base, computing as somebody asks (`DecoderModel.computing(_:named:)`).
  ///
  /// - Throws: `DecoderError.computeNeedsHalf` where bfloat16 is asked for and the matrices are not held in it.
  public func computing(_ choice: ComputeChoice) throws -> Base {
    computing(in: try model.computing(choice, named: folder.path).compute)
  }

  /// What to say of a choice that costs time; `nil`: nothing.
  public var computeWarning: String? {
    guard model.compute == .bfloat16, !InstructionSet.hasHalfProducts else { return nil }
    return
      "--compute bfloat16: this processor has no instruction that multiplies bfloat16 (AVX512_BF16, AMX): float32 is faster here"
  }
}
