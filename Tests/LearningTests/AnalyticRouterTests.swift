import Decoder
import Experts
import ModelConfiguration
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Is the router the ridge regression that a fit on all rows at once would give?
@Suite struct AnalyticRouterTests {
  private let view = RequestView(layers: 0, seesInstruction: true)

  private func random(_ shape: [Int], _ seed: UInt64, around mean: Double = 0) throws -> Tensor {
    let tensor = try Tensor(uninitialized: shape)
    try Generator(seed: seed).fillNormal(tensor, mean: mean, deviation: 1)
    return tensor
  }

  @Test func triangles() throws {
    let square = try Tensor([1.0, 2, 3, 2, 4, 5, 3, 5, 6], shape: [3, 3])
    let packed = try Triangle.packed(square)
    #expect(try packed.floats() == [1, 2, 3, 4, 5, 6])
    #expect(try Triangle.square(packed, width: 3).isEqual(to: square))
  }

  /// Φ = I. G = diag(2, 9), λ = (2 / 11) · 11 / 2 = 1, W = diag(2 / 3, 3 / 10).
  @Test func byHand() throws {
    var router = try AnalyticRouter(
      directions: Tensor([1.0, 0, 0, 1], shape: [2, 2]), ridge: 2.0 / 11, view: view)
    #expect(try router.decisions(Tensor([1.0, 0], shape: [1, 2])).map(\.task) == [nil])
    try router.learn(Tensor([1.0, 0, 1, -5], shape: [2, 2]))
    try router.learn(Tensor([-1.0, 3], shape: [1, 2]))
    let found = try router.decisions(Tensor([1.0, 0, -7, 2, 0, 9, -1, -1], shape: [4, 2]))
    #expect(found.map(\.task) == [0, 1, 1, 0])
    // 1 · 2/3; 2 · 3/10; 9 · 3/10, cut; and of a text that nothing is known of.
    for (decision, confidence) in zip(found, [2.0 / 3, 0.6, 1, 0]) {
      #expect(abs(decision.confidence - confidence) < 1e-6 && abs(decision.distance - (1 - confidence)) < 1e-6)
    }
    #expect(try router.gram.floats() == [2, 0, 9] && #require(router.sums).floats() == [2, 0, 0, 3])
  }

  /// Task by task, in either order, or all rows in one system of equations: the same scores up to rounding.
  @Test func oneFitOnAllRows() throws {
    let (width, expansion, ridge) = (6, 40, 0.05)
    let directions = try random([expansion, width], 1)
    let rows = try (0..<3).map { try random([700, width], 10 + UInt64($0), around: Double($0)) }
    let probes = try random([50, width], 5, around: 1)
    func decisions(_ order: [Int]) throws -> [RouteDecision] {
      var router = try AnalyticRouter(directions: directions, ridge: ridge, view: view)
      for task in order { try router.learn(rows[task]) }
      return try router.decisions(probes)
    }
    let (forward, backward) = (try decisions([0, 1, 2]), try decisions([2, 1, 0]))

    let h = try Tensor.concatenated(rows).converted(to: .float64).linear(directions.converted(to: .float64)).relu()
    let labels = (0..<2100).flatMap { row in (0..<3).map { row / 700 == $0 ? Float(1) : 0 } }
    let targets = try Tensor(labels, shape: [2100, 3]).converted(to: .float64)
    let gram = try h.transposedProduct(h)
    let diagonal = try Tensor((0..<expansion * expansion).map { $0 % (expansion + 1) == 0 ? Float(1) : 0 })
      .reshaped([expansion, expansion]).converted(to: .float64)
    let penalty = try ridge * (gram * diagonal).sum().item() / Double(expansion)
    let weights = try (gram + diagonal * penalty).inverse().matmul(h.transposedProduct(targets))
    let scores = try probes.converted(to: .float64).linear(directions.converted(to: .float64)).relu().matmul(weights)
    let told = try scores.argmax(1).integers()
    for (row, task) in told.enumerated() {
      let score = try scores.selected(0, row).selected(0, task).item()
      #expect(forward[row].task == task && backward[row].task == 2 - task)
      #expect(abs(forward[row].confidence - min(max(score, 0), 1)) < 1e-4)
      #expect(abs(forward[row].confidence - backward[row].confidence) < 1e-4)
    }
    #expect(Set(told).count == 3)
  }
}

/// Does Any-SSR learn what per-task LoRA learns, and a router beside it?
@Suite struct AnySSRTests {
  let model: DecoderModel
  private let first = TinyTasks.identities[0]
  private let second = TinyTasks.identities[1]

  init() throws { model = try Goldens.model() }

  private func learned(_ name: String) throws -> any ContinualMethod {
    let method = try TinyTasks.method(name, model, options: name == "any-ssr" ? ["expansion": 100] : [:])
    for task in [first, second] { try run(TinyTasks.training(task, model, method, options: options())) }
    return method
  }

  @Test func theSameLoRAs() throws {
    let (routed, plain) = (try learned("any-ssr"), try learned("per-task"))
    let tensors = routed.tensors.filter { !$0.key.hasPrefix("router.") }
    #expect(try digests(tensors) == digests(plain.tensors))
    #expect(routed.tensors["router.gram"]?.shape == [5050] && routed.tensors["router.sums"]?.shape == [2, 100])
    #expect(routed.tensors["router.gram"]?.dtype == .float32)
  }

  /// The texts of the second task begin with other tokens than the first one's.
  @Test func textsGoToTheirTasks() throws {
    let method = try TinyTasks.method("any-ssr", model, options: ["expansion": 200, "router-layers": 1])
    #expect(method.router == nil)
    func texts(_ task: TaskIdentity) -> [EncodedExample] {
      TinyTasks.examples(task, count: 24).map {
        EncodedExample(
          index: $0.index, promptIds: [60 + task.index, 60 + task.index] + $0.promptIds, answerIds: $0.answerIds,
          labelIndex: $0.labelIndex, droppedTokens: 0)
      }
    }
    for task in [first, second] {
      let examples = Array(texts(task).prefix(16))
      try run(TinyTasks.training(task, model, method, options: options(), examples: examples))
    }
    let router = try #require(method.router)
    #expect(router.view == RequestView(layers: 1, seesInstruction: true))
    for task in [first, second] {
      let features = try RequestFeatures(model, view: router.view).features(Array(texts(task).suffix(8)))
      let decisions = try router.decisions(features)
      #expect(decisions.count { $0.task == task.index } >= 7)
      #expect(decisions.allSatisfy { (0...1).contains($0.confidence) && $0.distance == 1 - $0.confidence })
    }
  }

  @Test func aStateHasItsRouterWhole() throws {
    let tensors = try learned("any-ssr").tensors
    func restored(_ tasks: [TaskIdentity], _ change: (inout [String: Tensor]) throws -> Void) throws {
      var changed = tensors
      try change(&changed)
      try TinyTasks.method("any-ssr", model, options: ["expansion": 100]).restore(tasks: tasks, tensors: changed)
    }
    try restored([first, second]) { _ in }
    // The second task was being learned.
    try restored([first, second]) { $0["router.sums"] = try Tensor.zeros([1, 100]) }
    expectStateRefused {
      try restored([first, second]) { $0["router.sums"] = try Tensor.zeros([3, 100]) }
    }
    expectStateRefused {
      try restored([first, second]) { $0["router.sums"] = try Tensor.zeros([0, 100]) }
    }
    expectStateRefused { try restored([first, second]) { $0["router.sums"] = nil } }
    expectStateRefused { try restored([first, second]) { $0["router.gram"] = nil } }
    #expect(throws: LearningError.self) {
      try restored([first, second]) { $0["router.gram"] = try Tensor.zeros([5050], .float64) }
    }
    let other = try TinyTasks.method("any-ssr", model, options: ["expansion": 99])
    expectStateRefused { try other.restore(tasks: [first, second], tensors: tensors) }
  }

  /// A task whose predecessors never ended has no place in the router.
  @Test func tasksEndInTheirOrder() throws {
    let method = try TinyTasks.method("any-ssr", model, options: ["expansion": 10])
    let probe = TaskProbe(second, examples: TinyTasks.examples(second), model: model, seed: 3)
    #expect(throws: LearningError.self) { try method.end(second, on: probe) }
  }
}
