import ModelConfiguration
import TestSupport
import Testing

@testable import Torch

/// Does what a device computes of activations equal the CPU's fused kernels?
@Suite struct DeviceOperationsTests {
  init() throws { try useOneThread() }

  /// What the tests below name is what they test.
  @Test func emulatedKernelsAreThere() throws {
    try asDevice(.emulatedKernels) {
      #expect(DeviceKernels.problem(for: .cpu) == nil)
      let description = try #require(DeviceKernels.description(for: .cpu))
      #expect(description.architecture == "sm_90a" && description.kernels > 20)
    }
    asDevice { #expect(DeviceKernels.description(for: .cpu) == nil && DeviceKernels.problem(for: .cpu) == nil) }
    DeviceKernels.$emulation.withValue("/nowhere/driver.so") {
      #expect(DeviceKernels.problem(for: .cpu)?.contains("/nowhere/driver.so") == true)
    }
  }

  /// Which GPU it is, is asked of the driver; where there is none, it counts as one that multiplies bfloat16.
  @Test func capability() {
    asDevice(.emulatedKernels) {
      #expect(DeviceKernels.capability(of: .cpu) == 90 && DeviceOperations.suitsHalfProducts(on: .cpu))
    }
    asDevice { #expect(DeviceKernels.capability(of: .cpu) == nil && DeviceOperations.suitsHalfProducts(on: .cpu)) }
    DeviceKernels.$emulation.withValue("/nowhere/driver.so") {
      #expect(DeviceKernels.capability(of: .cpu) == nil && DeviceOperations.suitsHalfProducts(on: .cpu))
    }
  }

  /// In float32 only the order of sums differs; in bfloat16 factors and what passes through them are rounded, too.
  private func tolerance(_ type: DType) -> Double { type == .float32 ? 2e-5 : 6.0 / 256 }

  @Test(arguments: [DType.float32, .bfloat16], Rehearsal.allCases)
  func norms(type: DType, by rehearsal: Rehearsal) throws {
    let (x, addend, weight) = (try halves([19, 71], 1), try halves([19, 71], 2, type), try halves([71], 3))
    let gradient = try halves([19, 71], 4, type)
    let heads = try halves([19, 71], 5, type)
    func all() throws -> [Tensor] {
      let sum = try x.addedAndNormalized(addend, weight: weight, epsilon: 1e-5)
      return [
        sum.sum, sum.normed, try x.rmsNormalized(weight: weight, epsilon: 1e-5, as: type),
        try gradient.rmsNormBackward(x, weight: weight, epsilon: 1e-5, rest: x),
        try heads.rmsNormalized(weight: weight, epsilon: 1e-5),
        try gradient.rmsNormBackward(heads, weight: weight, epsilon: 1e-5),
      ]
    }
    let expected = try all()
    let got = try asDevice(rehearsal) { try all() }
    for (index, pair) in zip(got, expected).enumerated() {
      #expect(pair.0.dtype == pair.1.dtype, "\(index)")
      try expectNear(pair.0, pair.1, tolerance(type), "\(index)")
    }
  }

  @Test(arguments: Activation.allCases, Rehearsal.allCases)
  func gatedUnits(activation: Activation, by rehearsal: Rehearsal) throws {
    for type in [DType.float32, .bfloat16] { try gatedUnits(type, activation, rehearsal) }
  }

  private func gatedUnits(_ type: DType, _ activation: Activation, _ rehearsal: Rehearsal) throws {
    let (gate, up) = (try halves([7, 33], 1, type), try halves([7, 33], 2, type))
    let gradient = try halves([7, 33], 3, type)
    func all() throws -> [Tensor] {
      let back = try GatedLinearUnit.backward(activation, gradient, gate: gate, up: up)
      return [try GatedLinearUnit.forward(activation, gate: gate, up: up), back.gate, back.up]
    }
    let expected = try all()
    for (got, wanted) in zip(try asDevice(rehearsal) { try all() }, expected) {
      try expectNear(got, wanted, tolerance(type))
    }
  }

  @Test(arguments: [DType.float32, .bfloat16], Rehearsal.allCases)
  func rotations(type: DType, by rehearsal: Rehearsal) throws {
    let x = try halves([11, 3, 24], 1, type)
    let (cosines, sines) = (try normal([11, 12], 2).cos(), try normal([11, 12], 2).sin())
    for direction in [1.0, -1.0] {
      let expected = try x.rotated(cosines: cosines, sines: sines, direction: direction)
      let got = try asDevice(rehearsal) { try x.rotated(cosines: cosines, sines: sines, direction: direction) }
      #expect(got.dtype == type)
      try expectNear(got, expected, tolerance(type))
    }
  }

  @Test(arguments: [DType.float32, .bfloat16], Rehearsal.allCases)
  func losses(type: DType, by rehearsal: Rehearsal) throws {
    let (rows, width) = (9, 517)
    let logits = try halves([rows, width], 1, type)
    let targets = try Tensor((0..<rows).map { $0 * 57 })
    let exact = try logits.converted(to: .float32).logSoftmax(-1)
    let wanted = try exact.exp().replacing(
      1, at: targets.unsqueezed(1), with: exact.picked(1, targets.unsqueezed(1)).exp() + -1)
    let found = try asDevice(rehearsal) { try DeviceOperations.nextTokenLoss(logits.cloned(), targets: targets) }
    #expect(found.gradient.dtype == type && found.losses.dtype == .float32)
    try expectNear(found.losses, exact.picked(1, targets.unsqueezed(1)).squeezed(1) * -1, 1e-5)
    try expectNear(found.gradient, wanted, tolerance(type))
  }

  /// A mask that is computed by single operations has the bits of the CPU's, and so has the device's kernel.
  @Test func masks() throws {
    let ones = try Tensor(repeating: 1, [300, 1037])
    for key in [1, 0x9E37_79B9_7F4A_7C15, 0xFFFF_FFFF_0000_0001] as [UInt64] {
      let masks = DropoutMasks(probability: 0.05, keys: [key])
      let computed = try masks.computedMask(0, rows: 300, width: 1037, on: .cpu)
      let mask = try masks.mask(0, rows: 300, width: 1037, on: .cpu)
      #expect(try computed.isEqual(to: mask))
      #expect(try asDevice { try masks.mask(0, rows: 300, width: 1037, on: .cpu) }.isEqual(to: mask))
      let emulated = try asDevice(.emulatedKernels) { try DeviceOperations.dropped(ones, masks, use: 0) }
      #expect(try emulated.isEqual(to: mask))
    }
  }

  @Test(arguments: [DType.float32, .bfloat16], Rehearsal.allCases)
  func reductions(type: DType, by rehearsal: Rehearsal) throws {
    for probability in [nil, 0.25] as [Double?] { try reductions(type, probability, rehearsal) }
  }

  private func reductions(_ type: DType, _ probability: Double?, _ rehearsal: Rehearsal) throws {
    let (tokens, width, rank) = (19, 71, 8)
    let masks = probability.map { DropoutMasks(probability: $0, keys: [7, 8]) }
    let (x, a) = (try halves([tokens, width], 1, type), try halves([2, rank, width], 2))
    let (gradient, flow) = (try halves([tokens, 2 * rank], 3), try halves([tokens, 2 * rank], 4))
    func all() throws -> [Tensor] {
      let reduction = try LowRankReduction(x, a: a, dropout: masks)
      let input = try halves([tokens, width], 5, type)
      let factors = try reduction.backward(gradient, flow: flow, addingTo: input)
      return [try reduction.forward(), factors, input, try reduction.backward(gradient, addingTo: nil)]
    }
    let expected = try all()
    for (got, wanted) in zip(try asDevice(rehearsal) { try all() }, expected) {
      #expect(got.dtype == wanted.dtype)
      try expectNear(got, wanted, tolerance(type))
    }
  }

  enum Sequences: CaseIterable { case none, attached, isolated }

  @Test(arguments: Sequences.allCases, Rehearsal.allCases)
  func mixtures(sequences: Sequences, by rehearsal: Rehearsal) throws {
    for type in [DType.float32, .bfloat16] { try mixtures(type, sequences, rehearsal) }
  }

  private func mixtures(_ type: DType, _ sequences: Sequences, _ rehearsal: Rehearsal) throws {
    for experts in 1...2 {
      for activation in Activation.allCases {
        for probability in [nil, 0.25] as [Double?] {
          let what = "\(experts) experts, \(activation), \(probability ?? 0)"
          let expected = try mixture(type, sequences, experts, activation, probability)
          let got = try asDevice(rehearsal) { try mixture(type, sequences, experts, activation, probability) }
          for (index, pair) in zip(got, expected).enumerated() {
            #expect(pair.0.dtype == pair.1.dtype)
            try expectNear(pair.0, pair.1, tolerance(type), "\(what), \(index)")
          }
        }
      }
    }
  }

  private func mixture(
    _ type: DType, _ sequences: Sequences, _ experts: Int, _ activation: Activation, _ probability: Double?
  ) throws -> [Tensor] {
    let (tokens, width, rank) = (19, 71, 8)
    let block = try GatedMixture(
      gate: halves([tokens, width], 4, type), up: halves([tokens, width], 5, type),
      reduced: halves([tokens, 2 * experts * rank], 6) * 0.25, b: halves([2 * experts, rank, width], 7),
      a: halves([experts, rank, width], 8), shares: experts == 2 ? normal([tokens, 2], 9).softmax(-1) : nil,
      dropout: probability.map { DropoutMasks(probability: $0, keys: Array([1, 2].prefix(experts))) },
      activation: activation)
    let part =
      sequences == .none
      ? nil
      : try GatedMixture.SequenceGradient(
        first: normal([3, width], 12), down: normal([3, rank], 13),
        sequenceOfToken: (0..<Int32(tokens)).map { $0 / 7 }, isolated: sequences == .isolated)
    let output = try block.forward(keepingFirst: true)
    let gradients = try block.backward(
      mixed: halves([tokens, width], 10, type), down: halves([tokens, experts * rank], 11), sequence: part,
      toInput: true)
    let optional = [output.first, gradients.gate, gradients.up, gradients.flow].compactMap(\.self)
    let shares = experts == 2 ? [try #require(gradients.shares)] : []
    return [output.mixed, output.down, gradients.reduced, gradients.b, gradients.a] + shares + optional
  }
}
