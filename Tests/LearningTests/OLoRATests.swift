import Decoder
import ModelConfiguration
import Records
import Streams
import Testing
import Torch

@testable import Experts
@testable import Learning

/// Are new directions kept apart from old ones, and all of them added up?
@Suite struct OLoRATests {
  let model: DecoderModel
  private let first = TinyTasks.identities[0]
  private let second = TinyTasks.identities[1]

  init() throws { model = try Goldens.model() }

  private func learned() throws -> OLoRA {
    let method = OLoRA(try TinyTasks.context(model, dropout: 0))
    try run(TinyTasks.training(first, model, method, options: options()))
    return method
  }

  private func pair(_ a: [[Float]]) throws -> LowRankPair {
    let a = try Tensor(a.flatMap(\.self), shape: [a.count, a[0].count])
    try a.requireGradient()
    return LowRankPair(a: a, b: try Tensor.zeros([1, a.shape[0]]), scaling: 1)
  }

  /// Layer 0, gate: |1·3 + 2·(−1)| + |0·3 + (−1)(−1)| = 2; down: |2 · 0.5| = 1. Layer 1, gate: |1·(−4)| + 0 = 4; down: 0.
  @Test func orthogonality() throws {
    let (gate, down) = (ProjectionSite(.gate), ProjectionSite(.down))
    let new: [[ProjectionSite: LowRankPair]] = try [
      [gate: pair([[3, -1]]), down: pair([[0.5]])], [gate: pair([[-4, 5]]), down: pair([[7]])],
    ]
    let expert = LowRankExpert(
      try LowRankShape(rank: 1, alpha: 1, dropout: 0, projections: [.gate, .down]), pairs: new, feedForwardPath: "mlp")
    let old: [ProjectionSite: Tensor] = try [
      gate: Tensor([1.0, 2, 0, -1, 1, 0, 0, 0], shape: [2, 2, 2]), down: Tensor([2.0, 0], shape: [2, 1, 1]),
    ]
    let term = try OLoRA.orthogonality(of: expert, to: old)
    #expect(try term.item() == 7)
    try term.backward()
    // The signs of the products times the old rows.
    #expect(try new[0][.gate]?.a.gradient?.floats() == [1, 1])
    #expect(try new[1][.gate]?.a.gradient?.floats() == [-1, 0])
    #expect(try new[0][.down]?.a.gradient?.floats() == [2])
    #expect(try new[1][.down]?.a.gradient?.floats() == [0])
  }

  /// Every task, arrived or not, is served by Σ B A.
  @Test func theSumOfAllServes() throws {
    let method = try learned()
    try run(TinyTasks.training(second, model, method, options: options()))
    let single = try [first, second].map { task in
      try LowRankExpert(
        TinyTasks.context(model).shape, for: model.configuration,
        tensors: owned(by: "tasks.\(task.name)", method.tensors),
        where: "a test"
      ).widened()
    }
    for task in TinyTasks.identities {
      let served = try #require(try method.selection(for: task) as? LowRankSelection).expert
      #expect(served.shape.rank == 8 && served.shape.scaling == single[0].shape.scaling)
      for layer in served.pairs.indices {
        for (projection, pair) in served.pairs[layer] {
          let parts = try single.map { try #require($0.pairs[layer][projection]) }
          let sum = try parts[0].b.matmul(parts[0].a) + parts[1].b.matmul(parts[1].a)
          #expect(try relativeDistance(pair.b.matmul(pair.a), sum) < 1e-5)
        }
      }
    }
  }

  /// The first task's LoRA stays, bit for bit; what the first task answers does not.
  @Test func onlyTheNewestTrains() throws {
    let method = try learned()
    let rows = try TokenBatch(TinyTasks.examples(first).map(\.promptIds))
    func answers() throws -> Tensor { try model.hiddenStates(rows, experts: method.selection(for: first)) }
    let (before, states) = (try digests(method.ownedTensors(of: first)), try answers())
    let dependencies = try digests(method.dependencies(of: first))
    let reports = try run(TinyTasks.training(second, model, method, options: options()))
    #expect(try digests(method.ownedTensors(of: first)) == before)
    #expect(try !answers().isEqual(to: states) && digests(method.dependencies(of: first)) != dependencies)
    for report in reports {
      let (task, term) = try (#require(report.terms["task"]), #require(report.terms["orthogonality"]))
      #expect(term > 0 && abs(report.loss - (task + 0.5 * term)) < 1e-9)
    }
  }

  @Test func directionsGetMoreOrthogonal() throws {
    let method = try learned()
    let reports = try run(TinyTasks.training(second, model, method, options: options(epochs: 10)))
    let terms = try reports.map { try #require($0.terms["orthogonality"]) }
    #expect(terms[terms.count - 1] < 0.5 * terms[0])
  }

  @Test func aPenaltyThatIsZeroIsAnError() throws {
    var tensors = try learned().tensors
    for (name, tensor) in tensors where name.hasSuffix(".A") {
      tensors[name] = try Tensor.zeros(tensor.shape).converted(to: .bfloat16)
    }
    let method = OLoRA(try TinyTasks.context(model, dropout: 0))
    try method.restore(tasks: [first], tensors: tensors)
    #expect(throws: LearningError.lossAlwaysZero(term: "orthogonality", task: second.name)) {
      try run(TinyTasks.training(second, model, method, options: options()))
    }
  }
}
