import Decoder
import Experts
import Foundation
import Randomness
import Records
import Testing
import Torch

@testable import Learning

/// Are the adversary's terms what their formulas say, and do they move only what they should?
@Suite struct CodeAdversaryTests {
  /// One layer, one gate atom and one up atom that read the two numbers of a feature.
  private func pairs() throws -> [ProjectionSite: LowRankPair] {
    let gate = LowRankPair(a: try Tensor([1, 0] as [Float], shape: [1, 2]), b: try Tensor.zeros([3, 1]), scaling: 1)
    let up = LowRankPair(a: try Tensor([0, 1] as [Float], shape: [1, 2]), b: try Tensor.zeros([3, 1]), scaling: 1)
    return [ProjectionSite(.gate): gate, ProjectionSite(.up): up]
  }

  private func memory(_ rows: [[Float]]) throws -> FeatureMemory {
    var memory = FeatureMemory(capacity: 8)
    try memory.add(0, [Tensor(rows.flatMap { $0 }, shape: [rows.count, 2])])
    return memory
  }

  /// Codes are the features. Stored: (1, 1), (1, −1); batch: (−1, 1), (−1, −1). Every column has mean 0 and deviation 1, so that
  /// f̂ = f / √3. With D̂ = (1, 0), (−1, 0): logits ±8/√3, and every row is told rightly.
  @Test func bothTermsByHand() throws {
    let adversary = CodeAdversary(discriminators: [try Tensor([2, 0, -3, 0] as [Float], shape: [2, 2])], tasks: 2)
    let terms = try adversary.lossTerms(
      memory: memory([[1, 1], [1, -1]]), batch: [Tensor([-1, 1, -1, -1] as [Float], shape: [2, 2])], of: [0],
      atoms: [pairs()], weight: 0.1, strength: 0.5)
    let x = 8 / 3.0.squareRoot()
    let crossEntropy = log(1 + exp(-2 * x))
    let divergence = -(0.5 * -log(1 + exp(-2 * x)) + 0.5 * -log(1 + exp(2 * x))) - log(2)
    #expect(terms.map(\.name) == ["adversary.discriminator", "adversary.confusion"])
    #expect(abs(try terms[0].value.item() - crossEntropy) < 1e-5)
    #expect(abs(try terms[1].value.item() - divergence) < 1e-5)
    #expect(terms.map(\.weight) == [0.1, 0.05])
  }

  /// Where a lower layer has no block that all tokens go through, features, atoms and discriminator are those of the layer that has.
  @Test func layersThatHaveFeatures() throws {
    let own = try Tensor([2, 0, -3, 0] as [Float], shape: [2, 2])
    let batch = try Tensor([-1, 1, -1, -1] as [Float], shape: [2, 2])
    func values(_ adversary: CodeAdversary, of layers: [Int], _ atoms: [[ProjectionSite: LowRankPair]]) throws
      -> [Double]
    {
      try adversary.lossTerms(
        memory: memory([[1, 1], [1, -1]]), batch: [batch], of: layers, atoms: atoms, weight: 1, strength: 1
      ).map { try $0.value.item() }
    }
    let lowest = try values(CodeAdversary(discriminators: [own], tasks: 2), of: [0], [pairs()])
    let other = try Tensor([0, 1, 1, 0] as [Float], shape: [2, 2])
    let upper = try values(CodeAdversary(discriminators: [other, own], tasks: 2), of: [1], [[:], pairs()])
    #expect(lowest.count == 2 && lowest == upper)
  }

  /// Every task counts the same: repeating a task's rows changes nothing but the standardisation, which is even here.
  @Test func tasksCountTheSame() throws {
    let adversary = CodeAdversary(discriminators: [try Tensor([1, 0, 0, 1] as [Float], shape: [2, 2])], tasks: 2)
    func values(_ stored: [[Float]], _ batch: [Float]) throws -> [Double] {
      try adversary.lossTerms(
        memory: memory(stored), batch: [Tensor(batch, shape: [batch.count / 2, 2])], of: [0], atoms: [pairs()],
        weight: 1, strength: 1
      ).map { try $0.value.item() }
    }
    let once = try values([[1, 1], [-1, -1]], [1, -1, -1, 1])
    let twice = try values([[1, 1], [-1, -1], [1, 1], [-1, -1]], [1, -1, -1, 1])
    for (one, other) in try paired(once, twice) { #expect(abs(one - other) < 1e-5) }
  }

  @Test func eachTermMovesItsOwn() throws {
    let weights = try Tensor([1, 0.5, -1, 0.2] as [Float], shape: [2, 2])
    try weights.requireGradient()
    let atoms = try pairs()
    for pair in atoms.values { try pair.a.requireGradient() }
    let adversary = CodeAdversary(discriminators: [weights], tasks: 2)
    let terms = try adversary.lossTerms(
      memory: memory([[1, 0.5], [0.3, -1]]), batch: [Tensor([-1, 1, -0.2, -1] as [Float], shape: [2, 2])],
      of: [0], atoms: [atoms], weight: 1, strength: 1)
    try terms[0].value.backward()
    #expect(weights.gradient != nil && atoms.values.allSatisfy { $0.a.gradient == nil })
    let before = try #require(weights.gradient).floats()
    try terms[1].value.backward()
    #expect(try weights.gradient?.floats() == before)
    #expect(try atoms.values.allSatisfy { try ($0.a.gradient?.floats() ?? []).contains { $0 != 0 } })
  }

  @Test(arguments: [1e-6, 1, 1e6]) func boundsHold(scale: Float) throws {
    var stream = RandomStream(seed: UInt64(scale.bitPattern), "bounds")
    func value() -> Float { (Float(stream.below(2001)) / 1000 - 1) * scale }
    for _ in 0..<20 {
      let adversary = CodeAdversary(
        discriminators: [try Tensor((0..<4).map { _ in value() }, shape: [2, 2])], tasks: 2)
      let terms = try adversary.lossTerms(
        memory: memory([[value(), value()], [value(), value()]]), batch: [Tensor([value(), value()], shape: [1, 2])],
        of: [0], atoms: [pairs()], weight: 1, strength: 1)
      for term in terms { #expect(try term.bound.contains(term.value.item()), "\(term.name)") }
    }
  }

  /// 2 / (1 + e^(−10 p)) − 1
  @Test func theRamp() {
    #expect(CodeAdversary.strength(at: 0) == 0)
    #expect(abs(CodeAdversary.strength(at: 0.1) - 0.46211715726) < 1e-9)
    #expect(CodeAdversary.strength(at: 1) > 0.9999)
  }

  // MARK: Memory

  @Test func theMemoryIsShared() throws {
    var memory = FeatureMemory(capacity: 9)
    #expect(memory.quota(of: 1) == 9 && memory.quota(of: 4) == 2 && memory.quota(of: 100) == 1)
    func rows(_ value: Float, _ count: Int) throws -> [Tensor] { [try Tensor(repeating: Double(value), [count, 2])] }
    try memory.add(0, rows(1, 9))
    try memory.add(1, rows(2, 4))
    let two = try #require(try memory.features(at: 0))
    #expect(two.taskIndices == [0, 0, 0, 0, 1, 1, 1, 1])
    try memory.add(2, rows(3, 2))
    let three = try #require(try memory.features(at: 0))
    #expect(three.taskIndices == [0, 0, 0, 1, 1, 1, 2, 2])
    #expect(try three.features.floats() == [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3])
  }

  // MARK: Probe

  @Test func theProbeTellsWhatCanBeTold() throws {
    let labels = (0..<20).map { $0 % 2 }
    let apart = try Tensor(labels.flatMap { [Float($0), 1] }, shape: [20, 2])
    #expect(try RidgeProbe.accuracy(apart, labels: labels) == 1)
    let equal = try Tensor.zeros([20, 2])
    // Without its own row, the other task has more rows: always wrong.
    #expect(try #require(try RidgeProbe.accuracy(equal, labels: labels)) <= 0.5)
    #expect(try RidgeProbe.accuracy(apart, labels: Array(repeating: 1, count: 20)) == nil)
  }

  /// The closed form is the classifier of all other rows.
  @Test func leavingOneOutIsExact() throws {
    // One feature, penalty 1 on weight and intercept; rows x = −1, 0, 1 (deviation √(2/3)) with labels 0, 0, 1.
    let values: [Float] = [-1, 0, 1]
    let labels = [0, 0, 1]
    let deviation = (2.0 / 3).squareRoot()
    var right = 0
    for left in 0..<3 {
      // Normal equations of the two others, (XᵀX + I) β = Xᵀy for y = +1 for class 1.
      var (xx, x1, n, xy, y1) = (1.0, 0.0, 1.0, 0.0, 0.0)
      for other in 0..<3 where other != left {
        let (x, y) = (Double(values[other]) / deviation, labels[other] == 1 ? 1.0 : -1)
        xx += x * x
        x1 += x
        n += 1
        xy += x * y
        y1 += y
      }
      let determinant = xx * n - x1 * x1
      let (slope, intercept) = ((xy * n - x1 * y1) / determinant, (xx * y1 - x1 * xy) / determinant)
      let told = slope * Double(values[left]) / deviation + intercept > 0 ? 1 : 0
      right += told == labels[left] ? 1 : 0
    }
    #expect(try RidgeProbe.accuracy(Tensor(values, shape: [3, 1]), labels: labels) == Double(right) / 3)
  }
}
