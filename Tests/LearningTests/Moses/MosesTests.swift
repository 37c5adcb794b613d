import Decoder
import Experts
import Files
import ModelConfiguration
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Does the reconstruction of MoSEs learn, share, and forget nothing?
@Suite struct MosesTests {
  static let tasks = (0..<4).map { TaskIdentity(name: "tiny\($0)", index: $0) }
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  func method(_ options: [String: HyperparameterValue] = [:], seed: UInt64 = 3) throws -> Moses {
    try #require(try TinyTasks.method("moses", model, seed: seed, options: options) as? Moses)
  }

  func learn(
    _ method: Moses, _ tasks: ArraySlice<TaskIdentity>, options: TrainingOptions = options(rate: 0.02, epochs: 4)
  ) throws {
    for task in tasks { try run(TinyTasks.training(task, model, method, options: options)) }
  }

  func scores(_ method: Moses, _ task: TaskIdentity) throws -> [[Double]] {
    try LabelScorer(model, labels: TinyTasks.labels(task)).scores(
      TinyTasks.examples(task).map(\.promptIds), experts: method.selection(for: task))
  }

  private func accuracy(_ method: Moses, _ task: TaskIdentity) throws -> Double {
    let predictions = try Evaluator(model).predictions(
      TinyTasks.examples(task), labels: TinyTasks.labels(task), head: nil, experts: method.selection(for: task))
    return Double(predictions.count(where: \.isRight)) / Double(predictions.count)
  }

  // MARK: No forgetting

  /// With two sub-experts that every task uses, and with four of which the first two tasks use other ones.
  @Test(arguments: [2.0, 4.0]) func learnedTasksStayBitForBit(subExperts: Double) throws {
    let method = try method(["sub-experts": .number(subExperts)])
    var known: [TaskIdentity: ([[Double]], [String: Digest], [String: Digest])] = [:]
    for task in Self.tasks {
      // A decay that takes a tenth of every trained value in this task.
      try learn(method, [task], options: options(rate: 0.02, epochs: 4, decay: 0.5))
      let kept = try #require(try method.ownedExpert(of: task))
      known[task] = try (scores(method, task), digests(kept.tensors), digests(method.dependencies(of: task)))
      for (earlier, (expected, expert, dependencies)) in known {
        #expect(try scores(method, earlier) == expected, "\(earlier.name) after \(task.name)")
        let now = try #require(try method.ownedExpert(of: earlier))
        #expect(try digests(now.tensors) == expert, "\(earlier.name) after \(task.name)")
        #expect(try digests(method.dependencies(of: earlier)) == dependencies, "\(earlier.name) after \(task.name)")
      }
    }
    #expect(Set(try Self.tasks.map { try scores(method, $0) }).count == Self.tasks.count)
  }

  /// What the optimizer holds in the positions of owned entries does move, by decay alone; what they are worth does not.
  @Test func decayDoesNotReachOwnedEntries() throws {
    let method = try method(["sub-experts": 2])
    try learn(method, Self.tasks.prefix(1))
    let before = method.pool.owned
    let trained = try method.pool.weights.mapValues { try $0.cloned() }
    try learn(method, Self.tasks[1..<2], options: options(rate: 0.02, epochs: 4, decay: 0.5))
    var moved = 0
    for (position, owned) in before {
      let now = try method.pool.values(position).picked(where: owned.mask)
      #expect(try now.isEqual(to: owned.values.picked(where: owned.mask)), "\(position.name)")
      let held = try #require(method.pool.weights[position]).picked(where: owned.mask)
      if try !held.isEqual(to: #require(trained[position]).picked(where: owned.mask)) { moved += 1 }
    }
    #expect(before.count == 24 && moved == 24)
  }

  @Test func eachTaskHasAnOptimizerOfItsOwn() throws {
    let method = try method()
    try learn(method, Self.tasks.prefix(1))
    let training = try TinyTasks.training(Self.tasks[1], model, method, options: options())
    let state = try training.state()
    #expect(try state.firstMoment.abs().maximum().item() == 0 && state.secondMoment.abs().maximum().item() == 0)
    #expect(state.cursor.step == 0)
  }

  // MARK: Masks

  @Test(arguments: [0.1, 0.3, 0.5]) func masksHaveTheDensityAndUnionsOnlyGrow(density: Double) throws {
    let method = try method(["sub-experts": 2, "density": .number(density)])
    var unions: [SubExpertPosition: [Bool]] = [:]
    for task in Self.tasks {
      try learn(method, [task])
      let part = try #require(method.parts[task])
      let masks = try method.storedMasks(of: part)
      #expect(masks.count == 24)
      for (position, mask) in masks {
        let chosen = try mask.truths()
        let rule = chosen.count - Int(((1 - density) * Double(chosen.count - 1)).rounded(.toNearestOrEven))
        #expect(chosen.count { $0 } == rule, "\(position.name)")
        let before = unions[position] ?? Array(repeating: false, count: chosen.count)
        let now = try #require(method.pool.owned[position]).mask.truths()
        // M_t = M_{t−1} or m_t, so that no entry is ever given back.
        #expect(now == zip(before, chosen).map { $0 || $1 }, "\(position.name) after \(task.name)")
        unions[position] = now
      }
    }
  }

  /// Once for all micro-batches of a step, and again for the next.
  @Test func masksChangeFromStepToStepOnly() throws {
    let method = try method()
    _ = try method.begin(Self.tasks[0])
    let batch = try TokenBatch([[5, 6, 7]])
    func factor(_ progress: Double) throws -> [Float] {
      let pass = try method.trainingPass(
        Self.tasks[0], over: batch, in: StepContext(dropout: DropoutStream(seed: 0), progress: progress))
      let selection = try #require(pass.selection as? LowRankSelection)
      return try #require(selection.expert.pairs[0][.gate]).a.floats()
    }
    let first = try factor(0.25)
    for score in method.pool.scores.values {
      // Those that were not chosen are now: a and 1/a have opposite orders.
      try withoutGradients { try score.copyInPlace(from: Tensor(repeating: 1, score.shape) / score) }
    }
    #expect(try factor(0.25) == first)
    let second = try factor(0.5)
    #expect(zip(first, second).contains { ($0 == 0) != ($1 == 0) })
    #expect(first.count { $0 != 0 } == second.count { $0 != 0 })
  }

  @Test func theFirstTaskMovesBAndScores() throws {
    let method = try method()
    let weights = try method.pool.weights.mapValues { try $0.cloned() }
    let masks = try masks(method, weights.keys)
    for (position, tensor) in weights where position.factor.side == .b {
      let largest = try tensor.abs().maximum().item()
      #expect(largest > 0 && largest < 1e-3, "B starts with \(largest)")
    }
    let moved = try movedScores(method) { try learn(method, Self.tasks.prefix(1)) }
    let after = try self.masks(method, weights.keys)
    for position in weights.keys where position.expert < 2 {
      // Decay alone would move a score by at most 1 % of it.
      #expect(try #require(moved[position]) > 0.01, "scores of \(position.name)")
      #expect(after[position] != masks[position], "mask of \(position.name)")
      let distance = try (#require(method.pool.weights[position]) - #require(weights[position])).abs().maximum().item()
      #expect(distance > 0.01, "\(position.name) moved by \(distance)")
    }
  }

  private func masks(_ method: Moses, _ positions: some Sequence<SubExpertPosition>) throws -> [SubExpertPosition:
    [Bool]]
  {
    try positions.reduce(into: [:]) { $0[$1] = try method.choice.mask(of: method.pool.score($1)).truths() }
  }

  private func movedScores(_ method: Moses, _ body: () throws -> Void) throws -> [SubExpertPosition: Double] {
    let before = try method.pool.scores.mapValues { try $0.cloned() }
    try body()
    return try method.pool.scores.reduce(into: [:]) { result, entry in
      result[entry.key] = try before[entry.key].map { try (entry.value - $0).abs().maximum().item() }
    }
  }

  // MARK: Learning

  @Test func learnsOneTaskAfterTheOther() throws {
    let method = try method()
    for task in Self.tasks.prefix(3) {
      try learn(method, [task], options: options(rate: 0.02, epochs: 20))
      #expect(try accuracy(method, task) >= 0.9, "\(task.name)")
    }
    #expect(try accuracy(method, Self.tasks[0]) >= 0.9)
  }

  // MARK: Newness

  /// mean of σ(|S|) over the entries that no task owns: both signs are made smaller, owned entries are left alone.
  @Test func thePenaltyMakesNewEntriesDear() throws {
    let method = try method(["sub-experts": 2, "newness": 3])
    try learn(method, Self.tasks.prefix(1))
    let trained = try FlatParameters(method.begin(Self.tasks[1]))
    let batch = try TokenBatch([[5, 6, 7]])
    let pass = try method.trainingPass(Self.tasks[1], over: batch, dropout: DropoutStream(seed: 0))
    let terms = try pass.terms()
    #expect(terms.map(\.name) == ["newness"] && terms.map(\.weight) == [3])

    var (sum, count) = (0.0, 0)
    for (position, score) in method.pool.scores {
      let owned = try #require(method.pool.owned[position]).mask.truths()
      for (value, isOwned) in zip(try score.detached().floats(), owned) where !isOwned {
        sum += 1 / (1 + exponential(-Double(abs(value))))
        count += 1
      }
    }
    #expect(try abs(terms[0].value.item() - sum / Double(count)) < 1e-5)

    try terms[0].value.backward()
    for (position, score) in method.pool.scores {
      let owned = try #require(method.pool.owned[position]).mask.truths()
      let gradient = try #require(score.gradient).floats()
      for (index, value) in try score.detached().floats().enumerated() where value != 0 {
        #expect(owned[index] ? gradient[index] == 0 : gradient[index] * value > 0, "\(position.name), entry \(index)")
      }
    }
    try trained.release()
  }

  @Test func noPenaltyWhereNothingCanBeReused() throws {
    let batch = try TokenBatch([[5, 6, 7]])
    func terms(_ method: Moses, _ task: Int) throws -> Int {
      _ = try method.begin(Self.tasks[task])
      return try method.trainingPass(Self.tasks[task], over: batch, dropout: DropoutStream(seed: 0)).terms().count
    }
    let method = try method(["sub-experts": 4])
    #expect(try terms(method, 0) == 0)
    try learn(method, Self.tasks.prefix(1))
    // The second task has sub-experts that nobody used.
    #expect(try terms(method, 1) == 0)
    try learn(method, Self.tasks[1..<2])
    #expect(try terms(method, 2) == 1)
    let off = try self.method(["sub-experts": 2, "newness": 0])
    try learn(off, Self.tasks.prefix(1))
    #expect(try terms(off, 1) == 0)
  }

  @Test func thePenaltyRewardsReuse() throws {
    func reused(_ newness: Double) throws -> Double {
      let method = try method(["sub-experts": 2, "newness": .number(newness)])
      try learn(method, Self.tasks.prefix(2))
      let share = try method.statistics(of: Self.tasks[1]).first { $0.name == "entries reused" }
      return try #require(share).layers.reduce(0, +)
    }
    let (without, with) = (try reused(0), try reused(1000))
    #expect(with > without + 0.05, "\(without) → \(with)")
  }

  // MARK: Gates

  @Test func unusedSubExpertsComeFirst() throws {
    let method = try method()
    var chosen: [[Int]] = []
    for task in Self.tasks.prefix(3) {
      _ = try method.begin(task)
      let gate = try #require(method.parts[task]).gates[0]
      chosen.append(try method.chosen(by: gate))
      #expect(try gate.floats().sorted() == [-1, -1, 0, 0])
      try learn(method, [task])
    }
    #expect(chosen[0] == [0, 1] && chosen[1] == [2, 3])
    #expect(chosen[2].count == 2)
  }

  @Test func theLargestGatesWin() throws {
    let method = try method()
    #expect(try method.chosen(by: Tensor([-1, 3, 0, 2])) == [1, 3])
    #expect(try method.chosen(by: Tensor([0, 0, 0, 0])) == [0, 1])
    #expect(try method.chosen(by: Tensor([0, -1, -1, -1])) == [0, 1])
    #expect(throws: LearningError.self) { try self.method(["active": 5]) }
    #expect(throws: LearningError.self) { try self.method(["density": 0]) }
  }

  /// (α / (c r_e)) Σ g_e (B_e ⊙ m)(A_e ⊙ m) of the formula is what the merged pair computes; its rank is the run's.
  @Test func oneLoRAServesATask() throws {
    let method = try method(["sub-experts": 3, "density": 0.5])
    try learn(method, Self.tasks.prefix(2))
    for task in Self.tasks.prefix(2) {
      let part = try #require(method.parts[task])
      let kept = try #require(try method.ownedExpert(of: task))
      #expect(kept.isRounded)
      let expert = try kept.widened()
      #expect(expert.shape.rank == 4 && expert.shape.alpha == 8)
      let masks = try method.storedMasks(of: part)
      for layer in 0..<2 {
        let gate = try part.gates[layer].floats().map(Double.init)
        let chosen = try method.chosen(by: part.gates[layer])
        let total = chosen.reduce(0) { $0 + exponential(gate[$1]) }
        for projection in expert.shape.projections {
          var expected: Tensor?
          for number in chosen {
            func masked(_ side: FactorPosition.Side) throws -> Tensor {
              let position = SubExpertPosition(
                factor: FactorPosition(layer: layer, projection: projection, side: side), expert: number)
              return try #require(method.pool.owned[position]).values
                * #require(masks[position]).converted(to: .float32)
            }
            // α / (c r_e) = 8 / (0.5 · 2)
            let product = try masked(.b).matmul(masked(.a)) * (8 * exponential(gate[number]) / total)
            expected = try expected.map { try $0 + product } ?? product
          }
          let pair = try #require(expert.pairs[layer][projection])
          #expect(try relativeDistance(pair.b.matmul(pair.a) * pair.scaling, #require(expected)) < 4e-3)
        }
      }
    }
  }

  @Test func aTaskThatHasNotArrivedIsServedByTheBase() throws {
    let method = try method()
    #expect(try method.selection(for: Self.tasks[0]) == nil && method.dependencies(of: Self.tasks[0]).isEmpty)
    #expect(method.router == nil && method.ownedTensors(of: Self.tasks[0]).isEmpty)
    #expect(try method.statistics(of: Self.tasks[0]).isEmpty)
  }
}
