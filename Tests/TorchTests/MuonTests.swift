import TestSupport
import Testing

@testable import Torch

/// Are matrices orthogonalized by the formula, whether blocks of them are mirrored or not?
@Suite struct MuonTests {
  init() throws { try useOneThread() }

  /// From 256 rows on only half of a square is computed; 257 cannot be halved.
  @Test(arguments: [4, 256, 257, 288])
  func squares(rows: Int) throws {
    let left = try normal([2, rows, 9], 3)
    let square = try Tensor(uninitialized: [2, rows, rows])
    try square.becomeSquare(of: left, times: 0.5)
    let expected = try left.matmul(left.transposed(1, 2)) * 0.5
    #expect(try difference(square, expected) < 1e-5)
    guard rows >= 256, rows.isMultiple(of: 2) else { return }
    // The block above the diagonal is the one below it. Those on the diagonal are products, whose two halves a library may round otherwise.
    let half = rows / 2
    let lower = try square.narrowed(1, from: half, count: half).narrowed(2, from: 0, count: half)
    let upper = try square.narrowed(1, from: 0, count: half).narrowed(2, from: half, count: half)
    #expect(try upper.isEqual(to: lower.transposed(1, 2)))
  }

  /// X ← a X + (b A + c A²) X with A = X Xᵀ, as it is written; for a tall one Xᵀ is what that is done to.
  @Test(arguments: [[1, 3, 5], [2, 6, 4], [1, 256, 300], [1, 300, 256]])
  func orthogonalized(shape: [Int]) throws {
    let matrices = try normal(shape, 5)
    let isTall = shape[1] > shape[2]
    var x = isTall ? try matrices.transposed(1, 2) : matrices
    let norms = try (x * x).reshaped([shape[0], -1]).sum(1).sqrt() + 1e-7
    x = try x / norms.reshaped([shape[0], 1, 1])
    for _ in 0..<5 {
      let a = try x.matmul(x.transposed(1, 2))
      x = try x * 3.4445 + (a * -4.7750 + a.matmul(a) * 2.0315).matmul(x)
    }
    let expected = isTall ? try x.transposed(1, 2) : x
    #expect(try difference(Muon.orthogonalized(matrices), expected) < 1e-4)
  }

  /// m ← 0.95 m + g, u = g + 0.95 m, W ← W − η λ W − 0.2 √max · η NS(u): two steps of one matrix, the other one with half the rate.
  @Test func stepsByHand() throws {
    let values = [try normal([3, 5], 1), try normal([3, 5], 2)]
    let tensors = try values.map { try $0.cloned() }
    let flat = try FlatParameters([
      .init(name: "a", tensor: tensors[0]), .init(name: "b", tensor: tensors[1], rateFactor: 0.5, decays: false),
    ])
    let muon = try Muon(for: flat, weightDecay: 0.1)
    var expected = values
    var momentum = try values.map { try Tensor.zeros($0.shape) }
    for step in 0..<2 {
      let gradient = try normal([2, 3, 5], UInt64(10 + step))
      try flat.gradients.copyInPlace(from: gradient.reshaped([-1]))
      try muon.update(flat, rate: 0.01)
      for (k, rate) in [0.01, 0.005].enumerated() {
        let g = try gradient.selected(0, k)
        momentum[k] = try momentum[k] * 0.95 + g
        let update = try Muon.orthogonalized((g + momentum[k] * 0.95).unsqueezed(0)).squeezed(0)
        let decay = k == 0 ? rate * 0.1 : 0
        expected[k] = try expected[k] * (1 - decay) - update * (rate * 0.2 * 5.0.squareRoot())
      }
    }
    for (got, wanted) in zip(tensors, expected) { #expect(try difference(got, wanted) < 1e-6) }
  }
}
