import Testing
import Torch

/// Is a generator's stream a function of its seed and nothing else?
@Suite struct GeneratorTests {
  init() throws { try useOneThread() }

  private func draw(_ generator: Generator, _ count: Int = 100) throws -> [Float] {
    let uniform = try Tensor(uninitialized: [count])
    try generator.fillUniform(uniform, from: -1, to: 1)
    let normal = try Tensor(uninitialized: [count])
    try generator.fillNormal(normal, deviation: 2)
    let coins = try Tensor(uninitialized: [count])
    try generator.fillBernoulli(coins, probability: 0.5)
    return try uniform.floats() + normal.floats() + coins.floats()
  }

  @Test func sameSeedSameNumbers() throws {
    #expect(try draw(Generator(seed: 7)) == draw(Generator(seed: 7)))
    #expect(try draw(Generator(seed: 7)) != draw(Generator(seed: 8)))
    #expect(try draw(Generator(seed: .max)) != draw(Generator(seed: 0)))
  }

  @Test func aRestoredStateContinuesExactly() throws {
    // An odd number of normal draws leaves half a pair behind, which belongs to the state.
    for warmUp in [0, 1, 3, 17] {
      let generator = try Generator(seed: 3)
      _ = try draw(generator, warmUp)
      let state = try generator.state()
      let expected = try draw(generator)
      let other = try Generator(seed: 99)
      _ = try draw(other)
      try other.restore(state)
      #expect(try draw(other) == expected)
      try generator.restore(state)
      #expect(try draw(generator) == expected)
    }
  }

  @Test func aSavedStateIsACopy() throws {
    let generator = try Generator(seed: 3)
    let state = try generator.state()
    let digest = try state.digest()
    _ = try draw(generator)
    #expect(try state.digest() == digest)
  }

  @Test func twoGeneratorsAreIndependent() throws {
    let alone = try Generator(seed: 5)
    let expected = try draw(alone) + draw(alone)
    let a = try Generator(seed: 5)
    let b = try Generator(seed: 6)
    let first = try draw(a)
    _ = try draw(b)
    #expect(try first + draw(a) == expected)
  }

  @Test func distributions() throws {
    let generator = try Generator(seed: 11)
    let x = try Tensor(uninitialized: [20_000])
    try generator.fillUniform(x, from: 2, to: 4)
    #expect(try x.floats().allSatisfy { (2..<4).contains($0) })
    #expect(try abs(x.mean().item() - 3) < 0.02)
    try generator.fillNormal(x, mean: 1, deviation: 0.5)
    #expect(try abs(x.mean().item() - 1) < 0.02)
    #expect(try abs((x + -1).power(2).mean().item() - 0.25) < 0.02)
    try generator.fillBernoulli(x, probability: 0.9)
    #expect(try abs(x.mean().item() - 0.9) < 0.01)
  }

  @Test func aStateThatIsNoneIsRefused() throws {
    #expect(throws: TorchError.self) { try Generator(seed: 1).restore(Tensor.zeros([3], .uint8)) }
    #expect(throws: TorchError.self) { try Generator(seed: 1).restore(Tensor.zeros([5056])) }
  }
}
