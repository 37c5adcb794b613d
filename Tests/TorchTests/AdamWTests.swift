import Testing

@testable import Torch

/// Does AdamW take the steps of its formula?
@Suite struct AdamWTests {
  init() throws { try useOneThread() }

  private func parameters(_ values: [Float]) throws -> FlatParameters {
    try FlatParameters([.init(name: "x", tensor: Tensor(values))])
  }

  /// One value by the formula of `AdamW`, in Double.
  private func stepped(_ value: Double, gradients: [Double], rate: Double, decay: Double) -> Double {
    var (theta, m, v) = (value, 0.0, 0.0)
    for (index, g) in gradients.enumerated() {
      m = 0.9 * m + 0.1 * g
      v = 0.999 * v + 0.001 * g * g
      var (power1, power2) = (1.0, 1.0)
      for _ in 0..<(index + 1) { (power1, power2) = (power1 * 0.9, power2 * 0.999) }
      theta -= rate * decay * theta
      theta -= rate * (m / (1 - power1)) / ((v / (1 - power2)).squareRoot() + 1e-8)
    }
    return theta
  }

  @Test func twoStepsByHand() throws {
    let flat = try parameters([1, -2])
    var adam = try AdamW(for: flat, weightDecay: 0.1)
    try flat.gradients.copyInPlace(from: tensor([0.5, -4]))
    try adam.update(flat, rate: 0.01)
    // Step 1: m/(1−β₁) = g and √(v/(1−β₂)) = |g|, so each value moves by the rate, after decay by 0.1 · 0.01.
    try expect(flat.values, [2], [1 * 0.999 - 0.01, -2 * 0.999 + 0.01])
    try flat.gradients.copyInPlace(from: tensor([0.25, 1]))
    try adam.update(flat, rate: 0.01)
    // Step 2, first value: m = 0.9·0.05 + 0.1·0.25 = 0.07, m̂ = 0.07/0.19; v = 0.999·0.00025 + 0.001·0.0625 = 0.00031225,
    // v̂ = v/0.001999 → 0.989·0.999 − 0.01 · 0.3684211/0.3952274 = 0.9786894.
    try expect(flat.values.narrowed(0, from: 0, count: 1), [1], [0.978_689_3])
    let expected = [
      Float(stepped(1, gradients: [0.5, 0.25], rate: 0.01, decay: 0.1)),
      Float(stepped(-2, gradients: [-4, 1], rate: 0.01, decay: 0.1)),
    ]
    try expect(flat.values, [2], expected)
    #expect(adam.step == 2)
    try expect(adam.firstMoment, [2], [0.07, -0.26])
    try expect(adam.secondMoment, [2], [0.000_312_25, 0.016_984])
  }

  /// The kernel of a GPU reads the number of the step there: it is made on the device that is asked for, not copied or left on the CPU.
  @Test func theCountOfStepsLiesOnTheParametersDevice() throws {
    let here = try AdamW.count(of: 3, on: .cpu)
    #expect(try here.shape == [] && here.item() == 3 && here.device == .cpu)
    if TorchRuntime.hasCUDA {
      #expect(try AdamW.count(of: 3, on: .cuda()).device != .cpu)
    } else {
      #expect(throws: TorchError.self) { try AdamW.count(of: 3, on: .cuda()) }
    }
  }

  /// Each tensor's factor multiplies the rate, of the decay too; in one group or in several.
  @Test func tensorsHaveRatesOfTheirOwn() throws {
    let names = ["a", "b", "c", "d"]
    func moved(_ factors: [Double], gradients: [Float]) throws -> [Float] {
      let flat = try FlatParameters(
        zip(names, factors).map { .init(name: $0, tensor: try Tensor([1, -2] as [Float]), rateFactor: $1) })
      var adam = try AdamW(for: flat, weightDecay: 0.1)
      for _ in 0..<2 {
        try flat.gradients.copyInPlace(from: tensor(gradients))
        try adam.update(flat, rate: 0.01)
      }
      return try flat.values.floats()
    }
    let gradients: [Float] = [0.5, -4, 0.5, -4, 0.5, -4, 0.5, -4]
    let expected = [1, 1, 3, 0.5].flatMap { factor in
      [(1.0, 0.5), (-2, -4)].map { stepped($0, gradients: [$1, $1], rate: 0.01 * factor, decay: 0.1) }
    }
    let moves = try moved([1, 1, 3, 0.5], gradients: gradients)
    #expect(moves.count == 8 && expected.count == 8)
    for (got, wanted) in zip(moves, expected) {
      #expect(abs(Double(got) - wanted) < 1e-6)
    }
    #expect(throws: TorchError.self) { try moved([1, 0, 1, 1], gradients: gradients) }
  }

  @Test func decayIsDecoupledFromTheGradient() throws {
    let flat = try parameters([8])
    var adam = try AdamW(for: flat, weightDecay: 0.5)
    try adam.update(flat, rate: 0.1)
    try expect(flat.values, [1], [8 * 0.95])
  }

  @Test func storedStateContinuesBitByBit() throws {
    func run(from start: (FlatParameters, AdamW), _ steps: Range<Int>) throws -> (FlatParameters, AdamW) {
      var (flat, adam) = start
      for step in steps {
        try flat.gradients.copyInPlace(from: tensor([Float(step) * 0.3 - 0.5, 1 / Float(step + 1)]))
        try adam.update(flat, rate: 0.02)
      }
      return (flat, adam)
    }
    let flat = try parameters([1, 2])
    let whole = try run(from: (flat, AdamW(for: flat, weightDecay: 0.01)), 0..<6).0.values.floats()
    let half = try parameters([1, 2])
    let (stopped, adam) = try run(from: (half, AdamW(for: half, weightDecay: 0.01)), 0..<3)
    let resumed = try parameters(stopped.values.floats())
    let again = try AdamW(
      for: resumed, weightDecay: 0.01, firstMoment: adam.firstMoment.cloned(),
      secondMoment: adam.secondMoment.cloned(), step: adam.step)
    #expect(try run(from: (resumed, again), 3..<6).0.values.floats() == whole)
  }

  @Test func hyperparametersAndStateAreChecked() throws {
    let flat = try parameters([1, 2])
    for decay in [-0.1, 1, .nan] {
      #expect(throws: TorchError.self) { try AdamW(for: flat, weightDecay: decay) }
    }
    #expect(throws: TorchError.shapeMismatch(what: "AdamW's second moment", expected: [2], got: [3])) {
      try AdamW(
        for: flat, weightDecay: 0, firstMoment: Tensor.zeros([2]), secondMoment: Tensor.zeros([3]), step: 1)
    }
  }
}
