import Testing
import Torch

/// Are the trained tensors one buffer, and still themselves?
@Suite struct FlatParametersTests {
  let a: Tensor
  let b: Tensor
  let flat: FlatParameters

  init() throws {
    try useOneThread()
    a = try tensor([1, 2, 3, 4], shape: [2, 2])
    b = try tensor([5, 6])
    flat = try FlatParameters([.init(name: "a", tensor: a), .init(name: "b", tensor: b)])
  }

  @Test func tensorsAreViewsOfTheBuffer() throws {
    #expect(flat.count == 6)
    try expect(flat.values, [6], [1, 2, 3, 4, 5, 6])
    try expect(a, [2, 2], [1, 2, 3, 4])
    try flat.values.multiplyInPlace(by: 10)
    try expect(a, [2, 2], [10, 20, 30, 40])
    try expect(b, [2], [50, 60])
    #expect(a.requiresGradient && b.requiresGradient)
  }

  @Test func gradientsLandInTheBuffer() throws {
    try ((a * a).sum() + (b * 3).sum()).backward()
    try expect(flat.gradients, [6], [2, 4, 6, 8, 3, 3])
    let byName = try flat.gradientsByName()
    try expect(#require(byName["a"]), [2, 2], [2, 4, 6, 8])
    try expect(#require(byName["b"]), [2], [3, 3])
    try (b * 1).sum().backward()
    try expect(flat.gradients, [6], [2, 4, 6, 8, 4, 4])
    try flat.zeroGradients()
    try expect(flat.gradients, [6], [0, 0, 0, 0, 0, 0])
    try expect(#require(byName["b"]), [2], [3, 3])
  }

  @Test func whatTakesNoPartHasAZeroGradient() throws {
    try (a * 1).sum().backward()
    try expect(flat.gradients, [6], [1, 1, 1, 1, 0, 0])
  }

  @Test func releasedTensorsOwnTheirValuesAndCollectNothing() throws {
    try (b * 1).sum().backward()
    try flat.values.addInPlace(Tensor(repeating: 1, [6]))
    try flat.release()
    try flat.values.fillInPlace(0)
    try expect(a, [2, 2], [2, 3, 4, 5])
    try expect(b, [2], [6, 7])
    #expect(!a.requiresGradient && !b.requiresGradient)
    #expect(a.gradient == nil && b.gradient == nil)
    // And they can be trained again.
    let again = try FlatParameters([.init(name: "b", tensor: b)])
    try (b * b).sum().backward()
    try expect(again.gradients, [2], [12, 14])
  }

  @Test func aTransposedTensorKeepsItsValues() throws {
    let c = try tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]).transposed(0, 1)
    let flat = try FlatParameters([.init(name: "c", tensor: c)])
    try expect(c, [3, 2], [1, 4, 2, 5, 3, 6])
    try expect(flat.values, [6], [1, 4, 2, 5, 3, 6])
  }

  @Test func nothingToTrainIsAnError() throws {
    #expect(throws: TorchError.emptyTrainableSet) { try FlatParameters([]) }
    #expect(throws: TorchError.emptyTrainableSet) {
      try FlatParameters([.init(name: "x", tensor: Tensor.zeros([0, 4]))])
    }
  }

  @Test func namesAndTypesAreChecked() throws {
    let x = try Tensor.zeros([2])
    #expect(
      throws: TorchError.invalidHyperparameter(name: "trainable set", value: "`x` twice", allowed: "each tensor once")
    ) { try FlatParameters([.init(name: "x", tensor: x), .init(name: "x", tensor: Tensor.zeros([2]))]) }
    #expect(throws: TorchError.dtypeMismatch(what: "h", expected: .float32, got: "float16[2]")) {
      try FlatParameters([.init(name: "h", tensor: Tensor.zeros([2], .float16))])
    }
  }

  @Test func clippingScalesToTheLimit() throws {
    try flat.gradients.copyInPlace(from: tensor([3, 0, 0, 0, 4, 0]))
    #expect(try flat.clipGradients(to: 10) == 5)
    try expect(flat.gradients, [6], [3, 0, 0, 0, 4, 0])
    #expect(try flat.clipGradients(to: 0) == 5)
    try expect(flat.gradients, [6], [3, 0, 0, 0, 4, 0])
    #expect(try flat.clipGradients(to: 1) == 5)
    try expect(flat.gradients, [6], [0.6, 0, 0, 0, 0.8, 0])
    try expect(#require(a.gradient), [2, 2], [0.6, 0, 0, 0])
  }

  @Test func clippingReportsWhatIsNotFinite() throws {
    try flat.gradients.copyInPlace(from: tensor([.nan, 0, 0, 0, 0, 0]))
    #expect(try flat.clipGradients(to: 1).isNaN)
    try flat.gradients.copyInPlace(from: tensor([.infinity, 0, 0, 0, 0, 0]))
    #expect(try flat.clipGradients(to: 1) == .infinity)
  }
}
