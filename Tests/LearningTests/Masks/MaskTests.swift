import Testing
import Torch

@testable import Learning

/// Is the right share chosen, and do its scores learn from it?
@Suite struct MaskTests {
  init() throws { try TorchRuntime.setThreads(1) }

  // MARK: Top share

  /// What Python's `n - (1 + round((1 - c) * (n - 1))) + 1` is.
  @Test(arguments: [
    (1, 0.3, 1), (2, 0.5, 2), (6, 0.5, 4), (8, 0.5, 4), (10, 0.3, 4), (11, 0.5, 6), (128, 0.3, 39), (64, 0.1, 7),
    (192, 0.3, 58), (64, 0.5, 32), (1000, 0.001, 2), (96, 1, 96),
  ])
  func howMany(entries: Int, share: Double, count: Int) throws {
    #expect(TopShare(share: share).count(of: entries) == count)
    let scores = try Tensor(uninitialized: [entries])
    try Generator(seed: 4).fillUniform(scores, from: -1, to: 1)
    #expect(try TopShare(share: share).mask(of: scores).truths().count { $0 } == count)
  }

  /// |s| = 0.1, 0.5, 0.3, 0.2 with c = 1/2: j = 1 + round(1.5) = 3, so that 0.3 and 0.5 are chosen.
  @Test func byAbsoluteValue() throws {
    let scores = try Tensor([0.1, -0.5, 0.3, -0.2], shape: [2, 2])
    let mask = try TopShare(share: 0.5).mask(of: scores)
    #expect(try mask.shape == [2, 2] && mask.truths() == [false, true, true, false])
  }

  /// Equal scores do not make a mask larger: the first ones are chosen.
  @Test func tiesKeepTheDensity() throws {
    let equal = try TopShare(share: 0.5).mask(of: Tensor([0, 0, 0, 0, 0, 0]))
    #expect(try equal.truths() == [true, true, true, true, false, false])
    let some = try TopShare(share: 0.5).mask(of: Tensor([0.2, -0.2, 0.9, 0.2, -0.2, 0.1]))
    #expect(try some.truths() == [true, true, true, true, false, false])
  }

  @Test func scoresThatAreNoNumbers() throws {
    let scores = try Tensor([.nan, 1, 2, .nan, .nan])
    #expect(throws: LearningError.self) { try TopShare(share: 0.4).mask(of: scores) }
  }

  // MARK: Straight through

  /// θ = (2, −3, 4, −5), s = (0.5, −0.9, 0.1, −0.2), m = (1, 1, 0, 0), and a gradient of (1, 10, 100, 1000) at θ ⊙ m.
  @Test func gradients() throws {
    let weights = try Tensor([2, -3, 4, -5] as [Float])
    let scores = try Tensor([0.5, -0.9, 0.1, -0.2])
    for tensor in [weights, scores] {
      try tensor.requireGradient()
      try tensor.setGradient(Tensor.zeros([4]))
    }
    let mask = try TopShare(share: 0.4).mask(of: scores)
    let masked = try withGradients { try weights * StraightThrough.factor(mask, by: scores) }
    #expect(try masked.floats() == [2, -3, 0, 0])
    try masked.backward(from: Tensor([1, 10, 100, 1000]))
    // dθ = g m; ds = g θ sign(s), also where nothing is chosen.
    #expect(try weights.gradient?.floats() == [1, 10, 0, 0])
    #expect(try scores.gradient?.floats() == [2, 30, 400, 5000])
  }
}
