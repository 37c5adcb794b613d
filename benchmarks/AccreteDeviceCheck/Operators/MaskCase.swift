import Files
import Foundation
import Torch

/// Dropout masks: a hash, so every machine must have the same bits.
enum MaskCase {
  static var all: [OperatorCase] {
    [
      OperatorCase(name: "dropout masks, bit for bit", types: [.float32], exact: 0) { operands in
        try [1, 0x9E37_79B9_7F4A_7C15, 0xFFFF_FFFF_0000_0001].map { try mask(key: $0, on: operands.device) }
      }
    ]
  }

  /// A mask as training meets it: the gradient of a factor, whose row t sees token t alone, is the mask of token t.
  private static func mask(key: UInt64, on device: Device) throws -> Tensor {
    let (tokens, width) = (64, 1040)
    let identity = (0..<tokens * tokens).map { $0 / tokens == $0 % tokens ? Float(1) : 0 }
    let reduction = try LowRankReduction(
      Tensor(repeating: 1, [tokens, width], on: device), a: Tensor.zeros([1, tokens, width], on: device),
      dropout: DropoutMasks(probability: 0.5, keys: [key]))
    return try reduction.backward(Tensor(identity, shape: [tokens, tokens], on: device), addingTo: nil).selected(0, 0)
  }

  /// Of the masks of a few keys, as a golden.
  static func digest(on device: Device) throws -> String {
    let bytes = try [1, 2, 3].flatMap { key in
      try mask(key: UInt64(key) << 31, on: device).floats().map { UInt8($0) }
    }
    return Digest(of: Data(bytes)).hexadecimal
  }
}
