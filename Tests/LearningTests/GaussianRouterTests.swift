import Decoder
import Experts
import Randomness
import Records
import Testing
import Torch

@testable import Learning

/// Does the router send texts where they belong, and admit what it does not know?
@Suite struct GaussianRouterTests {
  let context: MethodContext

  init() throws { context = try TinyTasks.context(Goldens.model()) }

  /// Rows around a centre in the 32 numbers of the tiny base.
  private func cloud(_ centre: Float, _ count: Int = 40, seed: UInt64) throws -> Tensor {
    var stream = RandomStream(seed: seed, "cloud")
    let values = (0..<count * 32).map { index in
      (index % 32 == 0 ? centre : 0) + Float(stream.below(2001)) / 1000 - 1
    }
    return try Tensor(values, shape: [count, 32])
  }

  private func router(_ clouds: [Tensor], _ options: [String: HyperparameterValue] = [:]) throws -> GaussianRouter {
    var router = try GaussianRouter(
      TinyTasks.context(Goldens.model(), options: options))
    for (index, cloud) in clouds.enumerated() { try router.learn(index, cloud) }
    return router
  }

  @Test func textsGoToTheirTask() throws {
    let router = try router([cloud(-4, seed: 1), cloud(4, seed: 2)])
    #expect(try router.decisions(cloud(-4, seed: 3)).allSatisfy { $0.task == 0 && $0.confidence > 0.99 })
    #expect(try router.decisions(cloud(4, seed: 4)).allSatisfy { $0.task == 1 && $0.distance < 3 })
    #expect(try router.decisions(Tensor.zeros([0, 32])).isEmpty)
  }

  @Test(arguments: [false, true]) func whatItLooksAt(instruction: Bool) throws {
    let router = try router([], ["router-instruction": .flag(instruction), "router-layers": 1])
    #expect(router.view == RequestView(layers: 1, seesInstruction: instruction))
  }

  @Test func otherTextsAreUnknown() throws {
    let router = try router([cloud(-4, seed: 1), cloud(4, seed: 2)])
    let far = try router.decisions(cloud(60, seed: 5))
    #expect(far.allSatisfy { $0.task == nil && $0.distance > 3 })
    let sure = try self.router([cloud(-4, seed: 1), cloud(4, seed: 2)], ["unknown-distance": 1e9])
    #expect(try sure.decisions(cloud(60, seed: 5)).allSatisfy { $0.task == 1 })
    #expect(
      try GaussianRouter(context).decisions(cloud(0, seed: 1)).allSatisfy { $0.task == nil && $0.confidence == 0 })
  }

  /// One task with rows at ±1 in every direction of two: S/N = I, so that d² is the plain squared distance, and its mean is the width.
  @Test func distancesByHand() throws {
    var values = [Float](repeating: 0, count: 64 * 32)
    for axis in 0..<32 {
      // ±√32 on one axis: each direction has variance 32 · 2 / 64 = 1.
      values[2 * axis * 32 + axis] = 32.0.squareRoot().asFloat
      values[(2 * axis + 1) * 32 + axis] = -32.0.squareRoot().asFloat
    }
    let router = try router([Tensor(values, shape: [64, 32])], ["router-shrinkage": 0.1])
    var text = [Float](repeating: 0, count: 32)
    text[0] = 8
    let decision = try #require(try router.decisions(Tensor(text, shape: [1, 32])).first)
    // d² = 64; the mean u over the rows is 32, and f² 32 / (1 − 0.9 f 32 / 64) for rows that were not seen.
    let f = 64.0 / 63
    #expect(
      abs(decision.distance - 64 / (f * f * 32 / (1 - 0.9 * f * 32 / 64))) < 1e-4 && decision.task == 0
        && decision.confidence == 1)
  }

  /// With fewer rows than directions the covariance knows little: what was not seen would look ten times further than what was.
  @Test(arguments: [8, 12, 40]) func aTaskOfFewRowsKnowsItsOwn(rows: Int) throws {
    let clouds = try [cloud(-4, rows, seed: 1), cloud(4, rows, seed: 2)]
    let decisions = try router(clouds).decisions(cloud(-4, 200, seed: 7))
    let middle = decisions.map(\.distance).sorted()[100]
    #expect((0.6...1.7).contains(middle))
  }

  @Test func theOrderOfTasksDoesNotMatter() throws {
    let (one, other) = (try cloud(-2, seed: 1), try cloud(2, seed: 2))
    let texts = try cloud(0.5, seed: 3)
    let forward = try router([one, other]).decisions(texts)
    let backward = try router([other, one]).decisions(texts)
    for (first, second) in try paired(forward, backward) {
      #expect(first.task.map { 1 - $0 } == second.task)
      #expect(abs(first.distance - second.distance) < 1e-3)
    }
  }

  @Test func theStateIsReadStrictly() throws {
    let router = try router([cloud(-4, seed: 1), cloud(4, seed: 2)])
    var again = try GaussianRouter(context)
    try again.restore(learned: 2, router.tensors)
    let texts = try cloud(1, seed: 9)
    let shrunk = try self.router([])
    #expect(try again.tensors.mapValues { try $0.digest() } == router.tensors.mapValues { try $0.digest() })
    #expect(try shrunk.decisions(texts).allSatisfy { $0.task == nil })
    for name in router.tensors.keys {
      var broken = router.tensors
      broken[name] = nil
      #expect(throws: LearningError.self) { try again.restore(learned: 2, broken) }
      broken[name] = try Tensor.zeros([3])
      #expect(throws: LearningError.self) { try again.restore(learned: 2, broken) }
    }
  }
}

extension Double {
  fileprivate var asFloat: Float { Float(self) }
}
