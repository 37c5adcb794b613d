import Decoder
import Files
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

  /// What to say of choices and machines that cost time.
  public var computeWarnings: [String] { [computeWarning, deviceWarning].compactMap(\.self) }

  /// Where a GPU, or a rehearsed one, has none of our kernels.
  private var deviceWarning: String? {
    guard model.device != .cpu || Kernels.rehearsesDevice, let problem = DeviceKernels.problem(for: model.device)
    else { return nil }
    return
      "none of our kernels on \(model.device), so single operations of libtorch stand in, which are slower: \(problem.onOneLine)"
  }

  /// Of a choice; `nil`: nothing.
  private var computeWarning: String? {
    guard model.device == .cpu, model.compute == .bfloat16, !InstructionSet.hasHalfProducts else { return nil }
    return
      "--compute bfloat16: this processor has no instruction that multiplies bfloat16 (AVX512_BF16, AMX): float32 is faster here"
  }
}
