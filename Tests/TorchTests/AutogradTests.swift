import Testing
import Torch

/// Do gradients arrive, at the leaves that asked for them only?
@Suite struct AutogradTests {
  init() throws { try useOneThread() }

  private func leaf(_ values: [Float], _ shape: [Int]? = nil) throws -> Tensor {
    let tensor = try Tensor(values, shape: shape)
    try tensor.requireGradient()
    return tensor
  }

  @Test func productOfSums() throws {
    let x = try leaf([1, 2])
    let y = try leaf([3, 5])
    try ((x * y).sum() * 2 + (x * x).sum()).backward()
    try expect(#require(x.gradient), [2], [2 * 3 + 2 * 1, 2 * 5 + 2 * 2])
    try expect(#require(y.gradient), [2], [2, 4])
  }

  @Test func linearAndSilu() throws {
    let weight = try leaf([1, -1], [1, 2])
    try tensor([2, 1], shape: [1, 2]).linear(weight).silu().sum().backward()
    // d silu(1) = σ(1)(1 + 1 − σ(1)) = 0.9276706; times the inputs.
    try expect(#require(weight.gradient), [1, 2], [2 * 0.927_670_5, 0.927_670_5])
  }

  @Test func crossEntropy() throws {
    let logits = try leaf([0, 0, 0, 0], [2, 2])
    try logits.crossEntropySum(Tensor([0, 1] as [Int])).backward()
    try expect(#require(logits.gradient), [2, 2], [-0.5, 0.5, 0.5, -0.5])
  }

  @Test func gradientsAddUp() throws {
    let x = try leaf([1])
    try (x * 3).sum().backward()
    try (x * 4).sum().backward()
    try expect(#require(x.gradient), [1], [7])
    try x.setGradient(nil)
    #expect(x.gradient == nil)
  }

  @Test func rowsAddUp() throws {
    let table = try leaf([0, 0, 0, 0, 0, 0], [3, 2])
    try table.setGradient(tensor([1, 1, 1, 1, 1, 1], shape: [3, 2]))
    try table.accumulateRows(tensor([1, 2, 10, 20, 100, 200], shape: [3, 2]), at: Tensor([2, 0, 2] as [Int]))
    try expect(#require(table.gradient), [3, 2], [11, 21, 1, 1, 102, 203])
    for wrong in [-1, 3] {
      #expect(throws: TorchError.self) {
        try table.accumulateRows(tensor([1, 2], shape: [1, 2]), at: Tensor([wrong]))
      }
    }
    #expect(throws: TorchError.self) { try table.accumulateRows(tensor([1], shape: [1, 1]), at: Tensor([0] as [Int])) }
  }

  @Test func aDetachedTensorStopsTheGradient() throws {
    let x = try leaf([3])
    try (x * x.detached()).sum().backward()
    try expect(#require(x.gradient), [1], [3])
    #expect(try !x.detached().requiresGradient)
  }

  @Test func withoutGradientsRecordsNothing() throws {
    let x = try leaf([1, 2])
    let silent = try withoutGradients { try x * 2 }
    #expect(!silent.requiresGradient)
    #expect(throws: TorchError.self) { try silent.sum().backward() }
    #expect(try (x * 2).requiresGradient)
    // The mode of before comes back, also from inside and after an error.
    try withoutGradients {
      try withoutGradients { _ = try x * 2 }
      #expect(try !(x * 2).requiresGradient)
    }
    #expect(throws: TorchError.self) { try withoutGradients { try x.reshaped([3]) } }
    #expect(try (x * 2).requiresGradient)
  }

  @Test func backwardNeedsOneNumber() throws {
    let x = try leaf([1, 2])
    #expect(throws: TorchError.self) { try (x * 2).backward() }
  }

  @Test func whatTakesNoPartGetsNothing() throws {
    let x = try leaf([1])
    let other = try leaf([1])
    try x.sum().backward()
    #expect(other.gradient == nil)
  }
}
