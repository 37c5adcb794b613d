import TestSupport
import Testing

@testable import Torch

/// Are the copies that a device multiplies with those of the step's own values?
@Suite struct HalfFactorsTests {
  private let a: Tensor
  private let b: Tensor
  private let flat: FlatParameters
  private let factors: HalfFactors

  init() throws {
    try useOneThread()
    (a, b) = (try normal([8, 24], 1), try normal([16, 8], 2))
    flat = try FlatParameters([.init(name: "a", tensor: a), .init(name: "b", tensor: b)])
    factors = try HalfFactors(flat)
  }

  private func expectRounded() throws {
    for tensor in [a, b] {
      let copy = try tensor.factor(in: .bfloat16)
      #expect(try copy.isEqual(to: tensor.detached().converted(to: .bfloat16)))
      #expect(!copy.requiresGradient)
    }
  }

  @Test func everyStepHasItsOwn() throws {
    var adam = try AdamW(for: flat, weightDecay: 0)
    try withoutGradients {
      for _ in 0..<3 {
        try factors.during { try expectRounded() }
        try flat.gradients.copyInPlace(from: normal([flat.count], 3))
        try adam.update(flat, rate: 0.1)
        // Outside, nothing of before is found.
        try expectRounded()
      }
    }
  }

  /// One copy for all, made once: what is asked for again is the same memory.
  @Test func aCopyIsMadeOnce() throws {
    try withoutGradients {
      let again = try factors.during {
        try a.factor(in: .bfloat16).fillInPlace(3)
        return try a.factor(in: .bfloat16).cloned()
      }
      #expect(try again.isEqual(to: Tensor(repeating: 3, [8, 24], .bfloat16)))
      // Outside, and in the next step, it is the values again.
      try expectRounded()
      try factors.during { try expectRounded() }
    }
  }

  @Test func othersAreConverted() throws {
    try withoutGradients {
      let other = try normal([8, 24], 4)
      let (half, wide) = try factors.during { (try other.factor(in: .bfloat16), try a.factor(in: .float32)) }
      #expect(try half.isEqual(to: other.converted(to: .bfloat16)))
      #expect(try wide.isEqual(to: a.detached()))
    }
  }

  /// What autograd records must lead back to the tensor.
  @Test func whatIsRecordedIsNoCopy() throws {
    let recorded = try factors.during { try a.factor(in: .bfloat16) }
    #expect(recorded.requiresGradient)
  }

  /// The CPU's kernels take float32 factors, whatever the activations are.
  @Test func theTypeOfFactors() throws {
    let (wide, half) = (try normal([2, 8], 5), try halves([2, 8], 5, .bfloat16))
    #expect(wide.factorType == .float32 && half.factorType == .float32)
    asDevice { #expect(wide.factorType == .float32 && half.factorType == .bfloat16) }
  }

  @Test func stackedFactorsKeepTheirType() throws {
    let stacked = try Kernels.stacked([halves([3, 4], 6, .bfloat16), halves([3, 4], 7, .bfloat16)])
    #expect(stacked.dtype == .bfloat16 && stacked.shape == [2, 8, 4])
  }
}
