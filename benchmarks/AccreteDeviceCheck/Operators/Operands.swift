import Torch

/// Where and in which type a case computes, and its numbers.
struct Operands {
  let device: Device
  let type: DType

  init(on device: Device, _ type: DType) { (self.device, self.type) = (device, type) }

  /// Normal numbers that bfloat16 holds exactly, the same on every device. `type` is float32 where the operand always is.
  func normal(_ shape: [Int], _ seed: UInt64, _ type: DType = .float32) throws -> Tensor {
    let drawn = try Tensor(uninitialized: shape)
    try Generator(seed: seed).fillNormal(drawn, deviation: 1)
    return try drawn.converted(to: .bfloat16).converted(to: type).moved(to: device)
  }

  /// The same as activations.
  func activations(_ shape: [Int], _ seed: UInt64) throws -> Tensor { try normal(shape, seed, type) }
}

/// One operation, computed from the same numbers wherever it is.
struct OperatorCase {
  let name: String
  var types: [DType] = [.float32, .bfloat16]
  /// What bfloat16 may cost: some of its units, 2⁻⁸.
  var halfUnits = 6.0
  var exact = 3e-5
  let compute: (Operands) throws -> [Tensor]

  func allowed(_ type: DType) -> Double { type == .float32 ? exact : halfUnits / 256 }

  static var all: [OperatorCase] {
    NormCases.all + BlockCases.all + AttentionCases.all + DecodingCases.all
      + [MaskCase.all, LossCases.all, OptimizerCases.all].flatMap(\.self)
  }
}
