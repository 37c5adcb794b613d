import Decoder
import Experts
import Foundation
import ModelConfiguration
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Does our own method keep what it promises?
@Suite struct AccreteTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  private func method(_ options: [String: HyperparameterValue] = [:], seed: UInt64 = 3) throws -> Accrete {
    try #require(try TinyTasks.method("accrete", model, seed: seed, options: options) as? Accrete)
  }

  private func learn(_ method: Accrete, _ tasks: ArraySlice<TaskIdentity>) throws {
    for task in tasks { try run(TinyTasks.training(task, model, method, options: options(rate: 0.02, epochs: 4))) }
  }

  private func states(_ method: Accrete, _ task: TaskIdentity) throws -> Tensor {
    try model.hiddenStates(
      TokenBatch(TinyTasks.examples(task).map(\.promptIds)), experts: method.selection(for: task))
  }

  // MARK: Growth

  /// r = 4: 4, 4/2, 4/3 ≈ 1, 4/4 new atoms; half of them shared, at least one of its own.
  @Test func newAtomsBecomeFewer() throws {
    let plans = try (0..<6).map { try method(["growth": 1]).plan($0) }
    #expect(plans.map(\.shared) == [2, 1, 0, 0, 0, 0])
    #expect(plans.map(\.own) == [2, 1, 1, 1, 1, 1])
    #expect(try method(["growth": 1]).found(5) == 3)
    let even = try method(["growth": 0, "shared-share": 0.5, "pool": 1])
    // Two shared ones each until the pool of 4 is full.
    #expect((0..<4).map { even.plan($0).shared } == [2, 2, 0, 0])
    #expect((0..<4).map { even.plan($0).own } == [2, 2, 4, 4])
    #expect(try method(["shared-share": 0]).plan(0) == (0, 4))
  }

  @Test func bytesPerTaskFall() throws {
    let method = try method()
    try learn(method, TinyTasks.identities[...])
    let bytes = TinyTasks.identities.map { method.ownedTensors(of: $0).values.reduce(0) { $0 + $1.byteCount } }
    #expect(bytes[0] > bytes[1] && bytes[1] > bytes[2], "\(bytes)")
  }

  // MARK: No forgetting

  @Test func learnedTasksStayBitForBit() throws {
    let method = try method()
    var known: [TaskIdentity: Tensor] = [:]
    for task in TinyTasks.identities {
      try learn(method, [task])
      known[task] = try states(method, task)
      for (earlier, expected) in known {
        #expect(try states(method, earlier).isEqual(to: expected), "\(earlier.name) after \(task.name)")
      }
    }
    // What is kept is what was scored: all factors are bfloat16.
    for task in TinyTasks.identities {
      let factors = method.ownedTensors(of: task).filter { !$0.key.contains("gains") }
      #expect(!factors.isEmpty && factors.values.allSatisfy { $0.dtype == .bfloat16 })
    }
  }

  /// One plain LoRA expert of strength α / r is what the formula adds: its product is the sum of the products, computed here.
  @Test func aTaskIsOnePlainExpert() throws {
    let method = try method()
    try learn(method, TinyTasks.identities[...])
    for task in TinyTasks.identities {
      let expert = try #require(try method.ownedExpert(of: task))
      let plan = method.plan(task.index)
      #expect(expert.shape.rank == method.found(task.index) + plan.shared + plan.own)
      for (layer, row) in expert.pairs.enumerated() {
        #expect(row.count == 3)
        for (site, pair) in row {
          #expect(pair.scaling == 2)
          let (shared, own) = try products(method, task, layer, site)
          let expected = zip(shared, own).map { $0 + $1 }
          let got = try product(pair.a, pair.b)
          // The archive keeps both factors in bfloat16, which has 8 bits: each product is off by a few 2⁻⁹ of the largest.
          let largest = expected.map(abs).max() ?? 0
          let distance = zip(got, expected).map { abs($0 - $1) }.max() ?? .infinity
          #expect(
            got.count == expected.count && distance < 0.02 * largest,
            "layer \(layer), \(site.name): \(distance) of \(largest)")
          #expect(expected.contains { abs($0) > 1e-3 }, "it would do nothing")
        }
      }
      let alone = try model.hiddenStates(
        TokenBatch(TinyTasks.examples(task).map(\.promptIds)), experts: LowRankSelection(expert.widened()))
      #expect(try alone.isEqual(to: states(method, task)))
    }
  }

  /// B A with what each atom is multiplied by, row after row, in plain arithmetic. a: [rank, in], b: [out, rank]
  private func product(_ a: Tensor, _ b: Tensor, gains: [Float]? = nil) throws -> [Double] {
    let (rank, inputs, outputs) = (a.shape[0], a.shape[1], b.shape[0])
    let (left, right) = (try b.converted(to: .float32).floats(), try a.converted(to: .float32).floats())
    return (0..<outputs * inputs).map { position in
      let (row, column) = (position / inputs, position % inputs)
      return (0..<rank).reduce(0.0) { sum, atom in
        sum + Double(left[row * rank + atom]) * Double(gains?[atom] ?? 1) * Double(right[atom * inputs + column])
      }
    }
  }

  /// Σ_{u<t} B_u^s diag(g_t) A_u^s + B_t^s A_t^s, and B_t^d A_t^d, from what each task owns. [out · in]
  private func products(
    _ method: Accrete, _ task: TaskIdentity, _ layer: Int, _ site: ProjectionSite
  ) throws -> (shared: [Double], own: [Double]) {
    let position = "layers.\(layer).\(site.name)"
    func product(_ owner: TaskIdentity, _ part: String, gains: [Float]? = nil) throws -> [Double]? {
      let tensors = method.ownedTensors(of: owner)
      let name = "tasks.\(owner.name).\(part).\(position)"
      guard let a = tensors[name + ".A"], let b = tensors[name + ".B"] else { return nil }
      return try self.product(a, b, gains: gains)
    }
    let own = try #require(try product(task, "own"))
    var shared = try product(task, "shared") ?? own.map { _ in 0 }
    var gains = try method.ownedTensors(of: task)["tasks.\(task.name).gains.\(position)"]?.floats()[...] ?? []
    for earlier in TinyTasks.identities.prefix(task.index) {
      let count = method.plan(earlier.index).shared
      guard let more = try product(earlier, "shared", gains: Array(gains.prefix(count))) else { continue }
      gains = gains.dropFirst(count)
      shared = zip(shared, more).map { $0 + $1 }
    }
    #expect(gains.isEmpty)
    return (shared, own)
  }

  /// An adversary reads what the new atoms read: with up_proj alone half of what it reads with gate_proj.
  @Test func atomsOnOneProjection() throws {
    func method() throws -> Accrete {
      let shape = try LowRankShape(rank: 4, alpha: 8, dropout: 0, projections: [.up])
      return try Accrete(MethodContext(base: model.configuration, device: .cpu, shape: shape, seed: 3))
    }
    let whole = try method()
    try learn(whole, TinyTasks.identities[..<1])
    let training = try TinyTasks.training(TinyTasks.identities[1], model, whole, options: options(rate: 0.02))
    let report = try #require(try training.step())
    #expect(report.terms["adversary.discriminator"] != nil && report.terms["adversary.confusion"] != nil)
    // Two tasks, one shared atom of the second: as it is stored in the middle of that task, it is read again.
    #expect(whole.adversary?.discriminators.map(\.shape) == [[2, 1], [2, 1]])
    let stored = try whole.tensors.mapValues { try $0.detached().cloned() }
    let again = try method()
    try again.restore(tasks: Array(TinyTasks.identities[..<2]), tensors: stored)
    #expect(try digests(again.tensors) == digests(stored))
    try run(training)
    let expert = try #require(try whole.ownedExpert(of: TinyTasks.identities[1]))
    #expect(expert.shape.projections == [.up])
  }

  // MARK: Starting

  @Test func aNewTaskStartsFromTheTaskThatFitsBest() throws {
    let method = try method(["growth": 1])
    let first = TinyTasks.identities[0]
    try learn(method, [first])
    // The same rows again under another name: the first task's experts fit them.
    let again = TaskIdentity(name: "again", index: 1)
    let probe = TaskProbe(again, examples: TinyTasks.examples(first), model: model, seed: 3)
    _ = try method.begin(again, on: probe)
    let own = try #require(method.parts[again]?.own)
    let teacher = try #require(method.parts[first]?.own)
    // Rank 1 of rank 2: the stronger atom.
    let (a, b) = (try #require(own.pairs[0][.up]), try #require(teacher.pairs[0][.up]))
    let candidates = try (0..<2).map { try b.a.converted(to: .float32).selected(0, $0).floats() }
    let copied = try a.a.selected(0, 0).floats()
    let number = try #require(candidates.firstIndex(of: copied))
    func strength(_ index: Int) throws -> Double {
      let (x, y) = (
        try b.a.converted(to: .float32).selected(0, index), try b.b.converted(to: .float32).selected(1, index)
      )
      return try (x * x).sum().item() * (y * y).sum().item()
    }
    #expect(try strength(number) >= strength(1 - number))
    #expect(try a.b.selected(1, 0).floats() == b.b.converted(to: .float32).selected(1, number).floats())
    #expect(try probe.loss(under: method.selection(for: again), rows: 12) < probe.loss(under: nil, rows: 12))

    let cold = try self.method(["warm-start": 0])
    try learn(cold, [first])
    _ = try cold.begin(again, on: probe)
    #expect(try #require(cold.parts[again]).own.pairs[0][.up]?.b.floats().allSatisfy { $0 == 0 } == true)
  }

  @Test func aTaskThatHasNotArrivedUsesWhatIsShared() throws {
    let method = try method()
    let (first, second) = (TinyTasks.identities[0], TinyTasks.identities[1])
    #expect(try method.selection(for: first) == nil)
    try learn(method, [first])
    let selection = try #require(try method.selection(for: second) as? LowRankSelection)
    #expect(selection.expert.shape.rank == 2)
    #expect(Set(method.dependencies(of: second).keys.map { $0.contains(".shared.") }) == [true])
  }

  // MARK: Rates

  @Test func sharedAndOwnAtomsHaveRatesOfTheirOwn() throws {
    let method = try method(["shared-rate": 0.25, "own-rate": 2])
    try learn(method, TinyTasks.identities.prefix(1))
    let parameters = try method.begin(TinyTasks.identities[1])
    for parameter in parameters {
      let expected = parameter.name.contains(".shared.") ? 0.25 : parameter.name.contains(".gains.") ? 5 : 2
      #expect(parameter.rateFactor == expected, "\(parameter.name)")
    }
    #expect(Set(parameters.map(\.rateFactor)).count == 3)
  }

  @Test func onlyTheNewestPartsTrain() throws {
    let method = try method()
    try learn(method, TinyTasks.identities.prefix(1))
    let names = try method.begin(TinyTasks.identities[1]).map(\.name)
    #expect(names.allSatisfy { $0.hasPrefix("tasks.tiny1.") || $0.hasPrefix("discriminators.") })
    for part in ["shared", "own", "gains"] { #expect(names.contains { $0.hasPrefix("tasks.tiny1.\(part).") }) }
    #expect(names.contains("discriminators.0"))
    let off = try self.method(["adversary": 0])
    try learn(off, TinyTasks.identities.prefix(1))
    #expect(try !off.begin(TinyTasks.identities[1]).contains { $0.name.hasPrefix("discriminators") })
    #expect(off.memory.isEmpty)
  }

  // MARK: Statistics

  /// ‖B_s A_s‖ / (‖B_s A_s‖ + ‖B_d A_d‖) over the layer's projections, from the products themselves.
  @Test func theShareOfTheSharedPath() throws {
    let method = try method()
    try learn(method, TinyTasks.identities[...])
    for task in TinyTasks.identities {
      let statistics = try method.statistics(of: task)
      let share = try #require(statistics.first { $0.name == "shared share" })
      #expect(share.layers.count == 2)
      for (layer, value) in share.layers.enumerated() {
        var (shared, own) = (0.0, 0.0)
        for projection in [Projection.gate, .up, .down] {
          let parts = try products(method, task, layer, ProjectionSite(projection))
          shared += parts.shared.reduce(0) { $0 + $1 * $1 }
          own += parts.own.reduce(0) { $0 + $1 * $1 }
        }
        let expected = shared.squareRoot() / (shared.squareRoot() + own.squareRoot())
        // What serves a task is rounded to bfloat16, its products with the gains too.
        #expect(abs(value - expected) < 5e-4, "\(task.name), layer \(layer): \(value), not \(expected)")
      }
    }
    #expect(try method.statistics(of: TinyTasks.identities[0]).count == 1, "one task: nothing to tell apart")
  }

  /// Atoms that do nothing have no share; where nothing is a task's own, all of it is shared.
  @Test(arguments: [("own", 1.0), ("shared", 0)]) func theShareAtItsEnds(silent: String, expected: Double) throws {
    let method = try method()
    try learn(method, TinyTasks.identities.prefix(1))
    let task = TinyTasks.identities[0]
    for (name, tensor) in method.tensors where name.contains(".\(silent).") && name.hasSuffix(".B") {
      try tensor.fillInPlace(0)
    }
    #expect(try method.statistics(of: task).first?.layers == [expected, expected])
  }

  /// Where the pool is full and nothing was found, there is no shared path at all.
  @Test func withoutASharedPathTheShareIsZero() throws {
    let method = try method(["shared-share": 0])
    try learn(method, TinyTasks.identities.prefix(1))
    #expect(try method.statistics(of: TinyTasks.identities[0]).first?.layers == [0, 0])
  }
}
