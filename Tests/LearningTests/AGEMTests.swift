import Decoder
import Experts
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Are gradients against those of remembered rows projected, and no others changed?
@Suite struct AGEMTests {
  let model: DecoderModel
  private let first = TinyTasks.identities[0]
  private let second = TinyTasks.identities[1]

  init() throws { model = try Goldens.model() }

  private func method(_ options: [String: HyperparameterValue] = [:]) throws -> AGEM {
    try AGEM(TinyTasks.context(model, dropout: 0, options: options))
  }

  /// The same prompts with other answers.
  private func opposite(of rows: [EncodedExample]) -> [EncodedExample] {
    rows.map { row in
      let other = 2 - (row.labelIndex ?? 0)
      return EncodedExample(
        index: row.index, promptIds: row.promptIds, answerIds: TinyTasks.labels(second)[other], labelIndex: other,
        droppedTokens: 0)
    }
  }

  /// (1, 0) against (−1, 1): their product is −1, the square of the second is 2, so that (1, 0) + ½ (−1, 1) = (½, ½) is left.
  @Test func theProjection() throws {
    let (own, against) = (try Tensor([1.0, 0.0]), try Tensor([-1.0, 1.0]))
    #expect(try AGEM.projected(own, against).floats() == [0.5, 0.5])
    // One that agrees, one at a right angle, and none.
    for other: [Float] in [[3, 1], [0, 7], [0, 0]] {
      #expect(try AGEM.projected(own, Tensor(other)).floats() == [1, 0])
    }
  }

  /// The gradient of a step is what the formula makes of two gradients that are taken here one by one.
  @Test func theGradientOfAStep() throws {
    let method = try method(["memory-batch": 100])
    let rows = Array(TinyTasks.examples(second).prefix(1))
    let memory = opposite(of: rows)
    // Undecided between two answers to one prompt: a step towards one of them is a step away from the other.
    try run(TinyTasks.training(first, model, method, options: options(rate: 0.02, epochs: 20), examples: rows + memory))
    var learning = options(rate: 1e-3, batch: 12)
    learning.gradientClip = 0
    let training = try TinyTasks.training(
      second, model, method, options: learning, examples: rows, remembered: memory)
    func gradient(_ examples: [EncodedExample]) throws -> Tensor {
      let probe = TaskProbe(second, examples: examples, model: model, seed: 3)
      let pass = TrainingPass(selection: LowRankSelection(method.expert))
      func undropped(_ batch: TokenBatch) -> TrainingPass { pass }
      var found: Tensor?
      try probe.gradients(
        of: undropped, in: training.parameters.parameters.map(\.tensor), over: examples, batch: examples.count
      ) { found = try training.parameters.gradients.cloned() }
      return try #require(found)
    }
    let (own, reference) = (try gradient(rows), try gradient(memory))
    #expect(try (own * reference).sum().item() < 0, "the case has to be one that is projected")
    _ = try training.step()
    let left = training.parameters.gradients
    func size(_ tensor: Tensor) throws -> Double { try tensor.norm().item() }
    // What is left may be small beside what was there, and has its rounding.
    let expected = try AGEM.projected(own, reference)
    #expect(try size(left - expected) < 1e-5 * size(own) && size(left - own) > 0.1 * size(own))
    #expect(try abs((left * reference).sum().item()) < 1e-5 * size(own) * size(reference))
  }

  /// Bit for bit plain sequential training where nothing is remembered: the first task.
  @Test func theFirstTaskIsThatOfSequential() throws {
    let plain = try Sequential(TinyTasks.context(model, dropout: 0))
    let method = try method()
    for one in [plain, method] { try run(TinyTasks.training(first, model, one, options: options(epochs: 2))) }
    #expect(try digests(method.tensors) == digests(plain.tensors))
    // In a later one it is another.
    let remembered = opposite(of: TinyTasks.examples(second))
    for one in [plain, method] {
      try run(TinyTasks.training(second, model, one, options: options(epochs: 6), remembered: remembered))
    }
    #expect(try digests(method.tensors) != digests(plain.tensors))
  }

  /// A step draws rows by its number alone: the same ones after a resume.
  @Test func whichRowsAStepLooksAt() throws {
    let rows = TinyTasks.examples(first)
    func drawn(_ seed: UInt64, _ number: Int) -> [Int] {
      AGEM.drawn(4, of: rows, seed: seed, task: second, step: number).map(\.index)
    }
    #expect(drawn(1, 5) == drawn(1, 5) && drawn(1, 5).count == 4 && drawn(1, 5) == drawn(1, 5).sorted())
    #expect(Set((1...8).map { drawn(1, $0) }).count > 1 && Set((1...8).map { drawn(UInt64($0), 1) }).count > 1)
    #expect(AGEM.drawn(100, of: rows, seed: 0, task: second, step: 1).count == rows.count)
  }
}
