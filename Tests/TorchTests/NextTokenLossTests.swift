import Foundation
import TestSupport
import Testing
import Torch

/// Does the loss of next tokens, and its gradient, equal libtorch's, with and without gaps behind the rows of logits?
@Suite struct NextTokenLossTests {
  init() throws { try useOneThread() }

  @Test func byHand() throws {
    let logits = try SpacedRows(tensor([0, logf(3)], shape: [1, 2]))
    let loss = try logits.nextTokenLoss(targets: Tensor([0] as [Int]), scale: 2)
    #expect(abs(loss.sum - log(4.0)) < 1e-6)
    try expect(loss.gradient, [1, 2], [2 * (0.25 - 1), 2 * 0.75])
  }

  /// 1,024 numbers are a page: only a matrix that trains gets gaps. 1,000 and 40 are none.
  @Test(arguments: [1024, 2048, 1000, 40])
  func equalsLibtorch(vocabulary: Int) throws {
    let (x, values) = (try normal([7, 12], 1), try normal([vocabulary, 12], 2))
    let targets = try Tensor((0..<7).map { $0 * (vocabulary - 1) / 6 })
    let leaf = try values.cloned()
    try leaf.requireGradient()
    let expected = try x.linear(leaf).crossEntropySum(targets)
    try expected.backward()
    for trains in [false, true] {
      let weight = try values.cloned()
      if trains {
        try weight.requireGradient()
        try weight.setGradient(Tensor.zeros(weight.shape))
      }
      let logits = try withoutGradients { try SpacedRows(x, times: WeightMatrix(weight)) }
      #expect(try logits.matrix().isContiguous == !(trains && vocabulary.isMultiple(of: 1024)))
      let loss = try withoutGradients { try logits.nextTokenLoss(targets: targets, scale: 1) }
      #expect(try abs(loss.sum - expected.item()) < 1e-4)
      #expect(loss.gradient.shape == [7, vocabulary])
      guard trains else { continue }
      try weight.accumulateProduct(loss.gradient, x)
      #expect(try difference(#require(weight.gradient), #require(leaf.gradient)) < 1e-5)
    }
  }

  @Test func targetsThatAreNoColumn() throws {
    for wrong in [-1, 2] {
      #expect(throws: TorchError.self) {
        try SpacedRows(tensor([0, 1], shape: [1, 2])).nextTokenLoss(targets: Tensor([wrong]), scale: 1)
      }
    }
  }
}
