import Decoder
import Learning
import ModelConfiguration
import Randomness
import Records
import Testing
import Torch

extension RouterCascade {
  fileprivate func decisions(_ means: Tensor) throws -> [Decision] { try decisions(TextFeatures(means)) }
  fileprivate func claims(of task: Int, _ means: Tensor) throws -> [Double] {
    try claims(of: task, TextFeatures(means))
  }
}

/// Does a later task leave the routes among the earlier ones as they are?
@Suite struct RouterCascadeTests {
  static let width = 8
  let view = RequestView(layers: 1, seesInstruction: false)

  /// Rows around a point of the first two numbers.
  func cloud(_ x: Float, _ y: Float, _ count: Int = 60, spread: Float = 1, seed: UInt64) throws -> Tensor {
    var stream = RandomStream(seed: seed, "cloud")
    let values = (0..<count * Self.width).map { index -> Float in
      let noise = (Float(stream.below(2001)) / 1000 - 1) * spread
      return noise + (index % Self.width == 0 ? x : index % Self.width == 1 ? y : 0)
    }
    return try Tensor(values, shape: [count, Self.width])
  }

  private func cascade(_ clouds: [Tensor], _ handicaps: [Double]? = nil, limit: Double = 2.5) throws -> RouterCascade {
    try RouterCascade(
      clouds.map { try TaskSums($0) }, handicaps: handicaps ?? clouds.map { _ in 0 }, view: view, unknownDistance: limit
    )
  }

  /// With two tasks it is the router of both: same distances, same probabilities.
  @Test func twoTasksAreOneRouter() throws {
    let clouds = [try cloud(-1, 0, seed: 1), try cloud(1, 0.5, seed: 2)]
    let texts = try Tensor.concatenated([cloud(-0.2, 0, seed: 3), cloud(0.3, 0, seed: 4)])
    let router = try GaussianRouter(clouds.map { try TaskSums($0) }, view: view, unknownDistance: 1e9)
    let distances = try router.distances(texts, in: router.metric())
    let first = try GaussianRouter([TaskSums(clouds[0])], view: view, unknownDistance: 1e9)
    let alone = try first.distances(texts, in: first.metric())
    let decisions = try cascade(clouds, limit: 1e9).decisions(texts)
    for (known, found) in zip(try router.decisions(texts).indices, decisions) {
      let expected = try router.decisions(texts)[known]
      #expect(found.task == expected.task && abs(found.confidence - expected.confidence) < 1e-4)
      // The first task's is by what was known when it was the only one.
      #expect(abs(found.distances[1] - distances[known][1]) < 1e-4 && abs(found.distances[0] - alone[known][0]) < 1e-4)
      #expect(found.distance == found.distances[found.nearest] && (found.leads[1] > 0) == (found.nearest == 1))
    }
  }

  /// A third task far away from both, with a covariance of its own kind: whoever is not claimed goes where he went, to the last one.
  @Test(arguments: [11, 12, 13] as [UInt64]) func earlierRoutesStay(seed: UInt64) throws {
    let (one, two) = (try cloud(-0.4, 0, seed: seed), try cloud(0.4, 0, seed: seed + 100))
    let third = try cloud(0, 3, spread: 3, seed: seed + 200)
    let texts = try cloud(0, 0, 400, seed: seed + 300)
    let before = try cascade([one, two], limit: 1e9).decisions(texts)
    let after = try cascade([one, two, third], limit: 1e9).decisions(texts)
    for (old, new) in zip(before, after) where new.task != 2 { #expect(new.task == old.task, "seed \(seed)") }
    // One router of all three moves some of them: this is why there is a cascade.
    let all = try GaussianRouter([one, two, third].map { try TaskSums($0) }, view: view, unknownDistance: 1e9)
    let moved = zip(before, try all.decisions(texts)).count { $1.task != 2 && $0.task != $1.task }
    #expect(moved > 0, "seed \(seed)")
  }

  /// As wide as a small base, where an inverse has other digits by another number of threads.
  @Test func threadsDoNotMatter() throws {
    let (width, count, own) = (384, 500, TorchRuntime.threads)
    defer { try? TorchRuntime.setThreads(own) }
    func rows(_ seed: UInt64) throws -> Tensor {
      var stream = RandomStream(seed: seed, "wide")
      return try Tensor(
        (0..<width * count).map { _ in Float(stream.below(2001)) / 1000 - 1 + Float(seed) / 10 }, shape: [count, width])
    }
    let sums = try ([1, 2, 3] as [UInt64]).map { seed in try TaskSums(rows(seed)) }
    let texts = try TextFeatures(rows(2))
    func decisions(threads: Int) throws -> [RouterCascade.Decision] {
      try TorchRuntime.setThreads(threads)
      return try RouterCascade(sums, handicaps: [0, 0, 0], view: view, unknownDistance: 2.5).decisions(texts)
    }
    #expect(try decisions(threads: 1) == decisions(threads: 2))
  }

  /// The least handicap by the claims takes no request, and a little less takes one.
  @Test func handicapsHoldRequests() throws {
    let clouds = [try cloud(-0.5, 0, seed: 21), try cloud(0.5, 0, seed: 22)]
    let stored = try cloud(-0.3, 0, 200, seed: 23)
    let free = try cascade(clouds)
    let claims = try free.claims(of: 1, stored)
    let most = try #require(claims.max())
    #expect(most > 0)
    #expect(try free.decisions(stored).count { $0.task == 1 } == claims.count { $0 > 0 })
    #expect(try free.with(handicap: most * 1.01, of: 1).decisions(stored).allSatisfy { $0.task != 1 })
    #expect(try free.with(handicap: most * 0.99, of: 1).decisions(stored).count { $0.task == 1 } == 1)
    #expect(try free.claims(of: 0, stored).allSatisfy { $0 == 0 })
  }

  /// Far from all tasks is unknown; far from the last one alone is not.
  @Test func otherTextsAreUnknown() throws {
    let cascade = try cascade([cloud(0, 0, seed: 31), cloud(4, 0, seed: 32)])
    let far = try cascade.decisions(cloud(60, 60, seed: 33))
    #expect(far.allSatisfy { $0.task == nil && $0.distance > 2.5 })
    #expect(try cascade.decisions(cloud(0, 0, seed: 34)).count { $0.task == 0 } > 50)
    #expect(try cascade.decisions(cloud(4, 0, seed: 35)).count { $0.task == 1 } > 50)
    #expect(try cascade.decisions(Tensor.zeros([0, Self.width])).isEmpty)
  }

  @Test func eachOfThreeIsFound() throws {
    let centers: [(Float, Float)] = [(-2, 0), (2, 0), (0, 3)]
    let clouds = try centers.enumerated().map { try cloud($1.0, $1.1, seed: UInt64(41 + $0)) }
    let cascade = try cascade(clouds)
    for (task, center) in centers.enumerated() {
      let decisions = try cascade.decisions(cloud(center.0, center.1, seed: UInt64(51 + task)))
      #expect(decisions.allSatisfy { $0.task == task && $0.confidence > 0.9 }, "task \(task)")
    }
  }

  /// A base whose numbers overflow is told as the cause, not a stored state.
  @Test(arguments: [Float.nan, .infinity, 1e30]) func featuresThatOverflow(value: Float) throws {
    let error = #expect(throws: DecoderError.self) { try TaskSums(Tensor([value, 1, 2, 3]).reshaped([2, 2])) }
    #expect(error.map { "\($0)" }?.contains("some weights of the base") == true)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    #expect(throws: LearningError.self) { try RouterCascade([], handicaps: [], view: view) }
    let sums = try TaskSums(cloud(0, 0, seed: 1))
    #expect(throws: LearningError.self) { try RouterCascade([sums], handicaps: [], view: view) }
    let other = try TaskSums(Tensor.zeros([3, 4]))
    #expect(throws: LearningError.self) { try RouterCascade([sums, other], handicaps: [0, 0], view: view) }
    // Sums from outside: numbers that are none, that are too large, of no rows, of another type.
    func outside(_ mean: [Float], type: DType = .float32) throws -> TaskSums {
      try TaskSums(mean: Tensor(mean).converted(to: type), scatter: Tensor.zeros([6]))
    }
    #expect(try outside([1, 2, 3, 10]).rows == 10)
    for wrong: [Float] in [
      [.nan, 2, 3, 10], [3e38, 2, 3, 10], [1, -.infinity, 3, 10], [1, 2, 3, 0], [1, 2, 3, .nan],
    ] {
      #expect(throws: LearningError.self, "\(wrong)") { try outside(wrong) }
    }
    #expect(throws: LearningError.self) { try outside([1, 2, 3, 10], type: .float64) }
  }
}
