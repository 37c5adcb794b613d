import TestSupport
import Testing
import Torch

/// Are experts' results brought back to the tokens that visit them, and gradients led to where they came from?
@Suite struct CombinationTests {
  init() throws { try useOneThread() }

  /// Two tokens of two slots; the second slot of the second one visits nobody; the last row is alignment padding.
  private func small() throws -> Combination {
    try Combination(
      rows: tensor([1, 2, 10, 20, 100, 200, -7, -7], shape: [4, 2]), positions: Tensor([2, 0, 1, 0] as [Int]), active: 2
    )
  }

  private var weights: Tensor { get throws { try tensor([0.5, 2, 3, 0], shape: [2, 2]) } }

  @Test func byHand() throws {
    let addend = try tensor([1000, 0, 0, 1000, 5, 6], shape: [3, 2])
    try expect(small().sum(weights: weights, adding: nil, count: 2), [2, 2], [52, 104, 30, 60])
    try expect(small().sum(weights: weights, adding: addend, count: 3), [3, 2], [1052, 104, 30, 1060, 5, 6])
    try expect(small().sum(weights: weights, adding: nil, count: 3), [3, 2], [52, 104, 30, 60, 0, 0])
  }

  @Test func gradientsByHand() throws {
    let visited = try tensor([1, 1, 1, 0], shape: [2, 2])
    let gradient = try tensor([1, 1, 1, 2, 9, 9], shape: [3, 2])
    let back = try small().backward(gradient, weights: weights, visited: visited)
    // ⟨row, gradient⟩ of each slot; the last slot looks at row 0 and is multiplied by nothing later.
    try expect(back.weights, [2, 2], [300, 3, 50, 5])
    try expect(back.rows, [4, 2], [2, 2, 3, 6, 0.5, 0.5, 0, 0])
  }

  /// 40 numbers a row: more than a vector, and some left over. Against libtorch's own operations.
  @Test func wideRows() throws {
    let (tokens, active, width, positions) = (50, 3, 40, 170)
    let (rows, weights) = (try normal([positions, width], 1), try normal([tokens, active], 2))
    let gradient = try normal([tokens, width], 3)
    let numbers = (0..<tokens * active).map { ($0 * 7) % 167 }
    let combination = try Combination(rows: rows, positions: Tensor(numbers), active: active)
    let made = try rows.gathered(0, rows: Tensor(numbers)).reshaped([tokens, active, width])
    let sum = try combination.sum(weights: weights, adding: gradient, count: tokens)
    #expect(try difference(sum, gradient + (made * weights.unsqueezed(2)).sum(1)) < 1e-5)
    let ones = try Tensor(repeating: 1, [tokens, active])
    let back = try combination.backward(gradient, weights: weights, visited: ones)
    #expect(try difference(back.weights, (made * gradient.unsqueezed(1)).sum(2)) < 1e-5)
    let slots = try (gradient.unsqueezed(1) * weights.unsqueezed(2)).reshaped([tokens * active, width])
    let expected = try Tensor.zeros([positions, width]).replacing(0, rows: Tensor(numbers), with: slots)
    #expect(try back.rows.isEqual(to: expected))
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let rows = try tensor([1, 2, 3, 4], shape: [2, 2])
    #expect(throws: TorchError.self) { try Combination(rows: rows, positions: Tensor([0, 2] as [Int]), active: 1) }
    #expect(throws: TorchError.self) { try Combination(rows: rows, positions: Tensor([0, -1] as [Int]), active: 1) }
    #expect(throws: TorchError.self) { try Combination(rows: rows, positions: Tensor([0, 1, 1] as [Int]), active: 2) }
    let combination = try Combination(rows: rows, positions: Tensor([0, 1] as [Int]), active: 1)
    let ones = try tensor([1, 1], shape: [2, 1])
    #expect(throws: TorchError.self) { try combination.sum(weights: tensor([1, 1]), adding: nil, count: 2) }
    #expect(throws: TorchError.self) { try combination.sum(weights: ones, adding: nil, count: 1) }
    #expect(throws: TorchError.self) { try combination.sum(weights: ones, adding: tensor([1]), count: 2) }
    #expect(throws: TorchError.self) {
      try combination.backward(tensor([1, 2, 3], shape: [1, 3]), weights: ones, visited: ones)
    }
  }
}
