import Testing
import Torch

/// Do products, norms, attention and losses follow their formulas?
@Suite struct LinearTests {
  init() throws { try useOneThread() }

  @Test func products() throws {
    let a = try tensor([1, 2, 3, 4], shape: [2, 2])
    let b = try tensor([5, 6, 7, 8], shape: [2, 2])
    try expect(a.matmul(b), [2, 2], [19, 22, 43, 50])
    try expect(a.linear(b), [2, 2], [17, 23, 39, 53])
    try expect(
      a.linear(b, adding: tensor([100, 200, 100, 200]).reshaped([2, 2])), [2, 2], [117, 223, 139, 253])
    try expect(a.addingProduct(a, b, times: 0.5), [2, 2], [10.5, 13, 24.5, 29])
    try expect(a.reshaped([1, 2, 2]).linear(b), [1, 2, 2], [17, 23, 39, 53])
  }

  @Test func embedding() throws {
    let table = try tensor([0, 1, 10, 11, 20, 21], shape: [3, 2])
    try expect(
      Tensor([2, 0, 0, 1] as [Int], shape: [2, 2]).embedded(in: table), [2, 2, 2], [20, 21, 0, 1, 0, 1, 10, 11])
  }

  @Test func norms() throws {
    let x = try tensor([3, 4, 0, 0], shape: [2, 2])
    // 3/√12.5 and 4/√12.5; a row of zeros stays zero.
    try expect(x.rmsNormalized(weight: tensor([1, 10]), epsilon: 1e-9), [2, 2], [0.848_528_1, 11.313_708, 0, 0])
    try expect(x.layerNormalized(epsilon: 0.75), [2, 2], [-0.5, 0.5, 0, 0])
  }

  @Test func attention() throws {
    // One head of width 1: scores are q·k; the scale is 1.
    let q = try tensor([0, 1], shape: [1, 1, 2, 1])
    let k = try tensor([1, 2], shape: [1, 1, 2, 1])
    let v = try tensor([10, 20], shape: [1, 1, 2, 1])
    let second: Float = (10 + 20 * 2.718_281_8) / (1 + 2.718_281_8)
    try expect(q.attention(keys: k, values: v, mask: .causal), [1, 1, 2, 1], [10, second], tolerance: 1e-5)
    try expect(q.attention(keys: k, values: v, mask: .none), [1, 1, 2, 1], [15, second], tolerance: 1e-5)
    let mask = try Tensor([false, true, true, false], shape: [1, 1, 2, 2])
    try expect(q.attention(keys: k, values: v, mask: .allowed(mask)), [1, 1, 2, 1], [20, 10], tolerance: 1e-5)
  }

  @Test func attentionIsScaledByTheRootOfTheWidth() throws {
    let q = try tensor([1, 1, 1, 1], shape: [1, 1, 1, 4])
    let k = try tensor([0, 0, 0, 0, 1, 1, 1, 1], shape: [1, 1, 2, 4])
    let v = try tensor([0, 0, 0, 0, 1, 1, 1, 1], shape: [1, 1, 2, 4])
    // Scores 0 and 4/√4 = 2.
    try expect(
      q.attention(keys: k, values: v, mask: .none), [1, 1, 1, 4], [Float](repeating: 0.880_797_1, count: 4),
      tolerance: 1e-5)
  }

  @Test func losses() throws {
    let logits = try tensor([0, 0, 1, 0], shape: [2, 2])
    let targets = try Tensor([0, 1] as [Int])
    try expect(logits.crossEntropySum(targets), [], [0.693_147_2 + 1.313_261_7])
    try expect(logits.crossEntropyMean(targets), [], [(0.693_147_2 + 1.313_261_7) / 2])
    try expect(logits.logProbabilities(of: targets), [2], [-0.693_147_2, -1.313_261_7])
  }
}
