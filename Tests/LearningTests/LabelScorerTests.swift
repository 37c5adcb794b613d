import Decoder
import Experts
import ModelConfiguration
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Does one pass over a prompt give what one pass per label gives?
@Suite struct LabelScorerTests {
  let model: DecoderModel
  let scores: LearningDocument.Scores

  init() throws {
    model = try Goldens.model()
    scores = try Goldens.document().scores
  }

  private func selection(_ name: String) throws -> (any ExpertSelection)? {
    switch name {
    case "base": nil
    case "lora": try Goldens.sequential(model).selection(for: Goldens.task)
    case "moe_cl": try Goldens.moeCL(model, .off).selection(for: Goldens.task)
    default: try Goldens.moeCL(model, .off).selection(for: TaskIdentity(name: "to come", index: 3))
    }
  }

  @Test(arguments: ["base", "lora", "moe_cl", "unlearned"])
  func goldens(name: String) throws {
    let got = try LabelScorer(model, labels: scores.answers).scores(scores.prompts, experts: selection(name))
    let golden = try Goldens.tensors().tensor("scores." + name)
    for (row, values) in got.enumerated() {
      let expected = try golden.selected(0, row).floats()
      for (value, target) in try paired(values, expected) {
        #expect(abs(value - Double(target)) < 1e-4, "prompt \(row): \(value), not \(target)")
      }
    }
    #expect(got.map(\.count) == [4, 4, 4])
  }

  /// The total log-probability of `answer` after `prompt`, in a pass of its own.
  private func alone(_ prompt: [Int], _ answer: [Int], _ experts: (any ExpertSelection)?) throws -> Double {
    let hidden = try model.hiddenStates(TokenBatch([prompt + answer]), experts: experts)
    let logits = try model.logits(hidden).selected(0, 0).narrowed(0, from: prompt.count - 1, count: answer.count)
    return try logits.logProbabilities(of: Tensor(answer)).sum().item()
  }

  @Test(arguments: ["base", "lora", "moe_cl"])
  func onePassPerLabel(name: String) throws {
    let experts = try selection(name)
    let prompts = scores.prompts + [[5], Array(repeating: 17, count: 20)]
    let got = try LabelScorer(model, labels: scores.answers).scores(prompts, experts: experts)
    for (prompt, values) in try paired(prompts, got) {
      for (answer, value) in try paired(scores.answers, values) {
        #expect(try abs(value - alone(prompt, answer, experts)) < 1e-4)
      }
    }
  }

  /// Scores that are not numbers are said, with the row, and never written down.
  @Test func scoresThatAreNoNumbers() throws {
    let task = TinyTasks.identities[0]
    let width = model.configuration.hiddenSize
    let head = try Tensor([Float](repeating: .nan, count: 3 * width), shape: [3, width])
    #expect {
      try Evaluator(model).predictions(
        TinyTasks.examples(task), labels: TinyTasks.labels(task), head: head, experts: nil)
    } throws: {
      if case LearningError.scoresNotFinite = $0 { true } else { false }
    }
  }

  /// An instruction that all prompts begin with is computed once, and counts as if each had its own.
  @Test(arguments: ["base", "lora", "moe_cl"])
  func whatAllPromptsBeginWith(name: String) throws {
    let experts = try selection(name)
    let instruction = [5, 44, 61, 12, 7, 90, 33, 2]
    let prompts = [[8], [9, 10, 11], [8], [70, 71, 72, 73, 74], []].map { instruction + $0 }
    #expect(LabelLayout.sharedTokens(of: prompts, extra: 3) == 7)
    let got = try LabelScorer(model, labels: scores.answers).scores(prompts, experts: experts)
    for (prompt, values) in try paired(prompts, got) {
      for (answer, value) in try paired(scores.answers, values) {
        #expect(try abs(value - alone(prompt, answer, experts)) < 1e-4)
      }
    }
  }

  @Test func whenTokensAreShared() {
    func shared(_ prompts: [[Int]], extra: Int = 0) -> Int { LabelLayout.sharedTokens(of: prompts, extra: extra) }
    #expect(shared([]) == 0 && shared([[1, 2, 3]]) == 0 && shared([[1, 2], [3, 2]]) == 0)
    #expect(shared([[1, 2, 3], [1, 2, 4], [1, 9]]) == 1)
    // The last token is each prompt's own, also where prompts are equal or one is the beginning of another.
    #expect(shared([[1, 2, 3], [1, 2, 3]]) == 2 && shared([[1, 2, 3, 4], [1, 2]]) == 1 && shared([[], [1]]) == 0)
    // One token of a hundred is not worth it.
    #expect(shared([[1] + Array(repeating: 2, count: 99), [1] + Array(repeating: 3, count: 99)]) == 0)
  }

  @Test func otherLabelsAndRowsDoNotMatter() throws {
    let all = try LabelScorer(model, labels: scores.answers).scores(scores.prompts, experts: nil)
    for (number, answer) in scores.answers.enumerated() {
      for (row, prompt) in scores.prompts.enumerated() {
        let one = try LabelScorer(model, labels: [answer]).scores([prompt], experts: nil)
        #expect(abs(one[0][0] - all[row][number]) < 1e-4)
      }
    }
  }

  /// Labels that begin alike, one the beginning of another, and a label of the end token alone.
  @Test func labelsThatShareTokens() throws {
    let labels = [[9, 40, 0], [9, 40, 41, 0], [9, 0], [0], [9, 40, 0]]
    let got = try LabelScorer(model, labels: labels).scores([[7, 8]], experts: nil)[0]
    for (label, value) in try paired(labels, got) { #expect(try abs(value - alone([7, 8], label, nil)) < 1e-4) }
    #expect(abs(got[0] - got[4]) < 1e-5)
  }

  // MARK: The evaluator around it

  @Test func predictionsDoNotDependOnTheBudget() throws {
    let task = TinyTasks.identities[0]
    let examples = TinyTasks.examples(task, count: 15)
    func predictions(_ budget: Int) throws -> [Prediction] {
      try Evaluator(model, budget: TokenBudget(budget)).predictions(
        examples, labels: TinyTasks.labels(task), head: nil, experts: nil)
    }
    let all = try predictions(100_000)
    #expect(all.map(\.index) == Array(0..<15) && all.map(\.gold) == examples.map { $0.labelIndex ?? -1 })
    for budget in [1, 25, 60] {
      for (one, other) in try paired(predictions(budget), all) {
        #expect(one.index == other.index && one.predicted == other.predicted)
        for (a, b) in try paired(one.scores, other.scores) { #expect(abs(a - b) < 1e-4) }
      }
    }
  }

  /// Batches that threads compute beside each other give what one thread gives, bit for bit.
  @Test(arguments: ["base", "lora", "moe_cl"]) func threadsBesideEachOther(name: String) throws {
    let (experts, task) = (try selection(name), TinyTasks.identities[0])
    let examples = TinyTasks.examples(task, count: 40)
    func predictions() throws -> ([Prediction], [Int]) {
      var done: [Int] = []
      let made = try Evaluator(model, budget: TokenBudget(60)).predictions(
        examples, labels: TinyTasks.labels(task), head: nil, experts: experts
      ) { done.append($0) }
      return (made, done)
    }
    let (alone, steps) = try predictions()
    try TorchRuntime.setThreads(3)
    defer { try? TorchRuntime.setThreads(1) }
    let (beside, others) = try predictions()
    #expect(beside == alone && others == steps && steps.last == 40 && steps.count > 6)
    #expect(TorchRuntime.threads == 3)
  }

  @Test func theFirstOfEqualLabelsWins() throws {
    let example = EncodedExample(index: 4, promptIds: [5, 6], answerIds: [9, 0], labelIndex: 1, droppedTokens: 0)
    let head = try Tensor.zeros([3, 32])
    let got = try Evaluator(model).predictions([example], labels: [], head: head, experts: nil)
    #expect(got == [Prediction(index: 4, gold: 1, predicted: 0, scores: [0, 0, 0])])
    #expect(!got[0].isRight)
  }

  @Test func progressAndFreeAnswers() throws {
    var done: [Int] = []
    let task = TinyTasks.identities[0]
    _ = try Evaluator(model, budget: TokenBudget(40)).predictions(
      TinyTasks.examples(task), labels: TinyTasks.labels(task), head: nil, experts: nil
    ) { done.append($0) }
    #expect(done.last == 12 && done == done.sorted() && done.count > 1)
    let free = EncodedExample(index: 0, promptIds: [5], answerIds: [9, 0], labelIndex: nil, droppedTokens: 0)
    #expect(throws: LearningError.self) {
      try Evaluator(model).predictions([free], labels: [[9, 0]], head: nil, experts: nil)
    }
  }
}
