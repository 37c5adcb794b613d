import ModelConfiguration
import Randomness
import TestSupport
import Testing

@testable import Torch

/// Do grouped products give what the matrices give one by one?
@Suite struct StackedMatricesTests {
  init() throws { try useOneThread() }

  private func matrices(_ count: Int, _ shape: [Int], _ type: DType = .bfloat16) throws -> [WeightMatrix] {
    try (0..<count).map { try WeightMatrix(halves(shape, UInt64($0), type)) }
  }

  @Test func equalTheLoop() throws {
    for number in 0..<50 {
      var random = RandomStream(seed: UInt64(number), "groups")
      let (inputs, outputs) = (8 * (1 + random.below(12)), 8 * (1 + random.below(12)))
      let plain = try matrices(1 + random.below(6), [outputs, inputs])
      // Some have no rows.
      let counts = plain.map { _ in random.below(3) == 0 ? 0 : random.below(20) }
      let rows = counts.reduce(0, +)
      guard rows > 0 else { continue }
      let ends = try Tensor(
        int32: counts.reduce(into: [Int32]()) { $0.append(($0.last ?? 0) + Int32($1)) })
      let x = try halves([rows, inputs], UInt64(number) + 100, .bfloat16)
      let gradient = try halves([rows, outputs], UInt64(number) + 200, .bfloat16)
      try asDevice {
        let stacked = try #require(try StackedMatrices(plain))
        #expect(stacked.suits(x))
        let (got, back) = (try stacked.product(x, ends: ends), try stacked.transposedProduct(gradient, ends: ends))
        #expect(got.dtype == .bfloat16 && got.shape == [rows, outputs] && back.shape == [rows, inputs])
        var start = 0
        for (index, count) in counts.enumerated() where count > 0 {
          func part(_ x: Tensor) throws -> Tensor { try x.narrowed(0, from: start, count: count) }
          let what = "seed \(number), matrix \(index)"
          try expectNear(part(got), part(x).linear(plain[index]), 2.0 / 256, what)
          try expectNear(part(got), part(x).linear(stacked.matrices[index]), 2.0 / 256, what)
          try expectNear(part(back), part(gradient).linearTransposed(plain[index]), 2.0 / 256, what)
          start += count
        }
      }
    }
  }

  @Test func whatTheyTake() throws {
    #expect(try StackedMatrices(matrices(2, [8, 16])) == nil)  // the CPU's loop needs no second copy
    try asDevice {
      #expect(try StackedMatrices(matrices(2, [8, 16]))?.matrices.count == 2)
      #expect(try StackedMatrices(matrices(2, [8, 12])) == nil)
      #expect(try StackedMatrices(matrices(2, [12, 8])) == nil)
      #expect(try StackedMatrices(matrices(2, [8, 16], .float32)) == nil)
      #expect(try StackedMatrices(matrices(1, [8, 16]) + matrices(1, [16, 16])) == nil)
      #expect(try StackedMatrices([]) == nil)
      let stacked = try #require(try StackedMatrices(matrices(2, [8, 16])))
      #expect(try !stacked.suits(Tensor.zeros([3, 16])))
    }
  }

  @Test func visitsAreSorted() throws {
    let visited = try Tensor([2, 0, 5, 2, 0, 2, 5])
    #expect(try visited.sortingOrder().integers() == [1, 4, 0, 3, 5, 2, 6])
    #expect(try visited.countedUpTo(6).integers() == [2, 2, 5, 5, 5, 7])
  }
}
