import Decoder
import Experts
import ModelConfiguration
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Are free answers learned like labels, and written as the model would write each of them alone?
@Suite struct WritingTests {
  let model: DecoderModel
  let task = TinyTasks.identities[0]

  init() throws { model = try Goldens.model() }

  /// The rows of a tiny task without their labels.
  private var rows: [EncodedExample] {
    TinyTasks.examples(task).map {
      EncodedExample(
        index: $0.index, promptIds: $0.promptIds, answerIds: $0.answerIds, labelIndex: nil, droppedTokens: 0)
    }
  }

  private func selection(_ name: String) throws -> (any ExpertSelection)? {
    switch name {
    case "base": nil
    case "lora": try Goldens.sequential(model).selection(for: Goldens.task)
    default: try Goldens.moeCL(model, .off).selection(for: Goldens.task)
    }
  }

  @Test(arguments: ["base", "lora", "moe_cl"]) func asAlone(name: String) throws {
    let experts = try selection(name)
    let evaluator = Evaluator(model)
    for limit in [1, 5] {
      let alone = try rows.map {
        try model.generate(after: $0.promptIds, options: GenerationOptions(maxTokens: limit), experts: experts)
      }
      // All together, in threes or so, and each by itself.
      for budget in [nil, 40, 1] {
        var done: [Int] = []
        let got = try evaluator.written(rows, limit: limit, experts: experts, batchTokens: budget) { done.append($0) }
        #expect(got.map(\.ids) == alone && got.map(\.isCut) == alone.map { $0.count == limit })
        #expect(done.last == 12 && done == done.sorted() && done.count == (budget == 1 ? 12 : done.count))
        #expect((done.count == 1) == (budget == nil))
      }
    }
    #expect(try evaluator.written([], limit: 5, experts: experts).isEmpty)
  }

  /// Answers of one and of two tokens, each with its end; afterwards they are written, and nothing behind them.
  @Test func learnedAnswersAreWritten() throws {
    let method = try TinyTasks.method("sequential", model, dropout: 0)
    let steps = try run(
      TinyTasks.training(task, model, method, options: options(epochs: 40), examples: rows))
    let (first, last) = (try #require(steps.first).loss, try #require(steps.last).loss)
    #expect(first > 1 && last < first / 5, "\(first), then \(last)")
    let experts = try method.selection(for: task)
    let evaluator = Evaluator(model)
    let written = try evaluator.written(rows, limit: 3, experts: experts)
    #expect(written.map(\.ids) == rows.map { Array($0.answerIds.dropLast()) })
    #expect(written.allSatisfy { !$0.isCut })
    // With room for one token, the answers of two lose one, and are said to be cut.
    let cut = try evaluator.written(rows, limit: 1, experts: experts)
    #expect(cut.map(\.ids) == rows.map { [$0.answerIds[0]] } && cut.allSatisfy(\.isCut))
    // For measuring, every row writes as much as it may.
    let whole = try evaluator.written(rows, limit: 4, experts: experts, stopsAtEnd: false)
    #expect(whole.allSatisfy { $0.ids.count == 4 && $0.isCut })
  }

  /// Trained on answers that were cut, a model does not stop where they were.
  @Test func cutAnswersHaveNoEnd() throws {
    let method = try TinyTasks.method("sequential", model, dropout: 0)
    let cut = rows.map {
      EncodedExample(
        index: $0.index, promptIds: $0.promptIds, answerIds: [$0.answerIds[0], $0.answerIds[0]], labelIndex: nil,
        droppedTokens: 0)
    }
    try run(TinyTasks.training(task, model, method, options: options(epochs: 40), examples: cut))
    let written = try Evaluator(model).written(cut, limit: 2, experts: method.selection(for: task))
    #expect(written.map(\.ids) == cut.map(\.answerIds) && written.allSatisfy(\.isCut))
  }

  /// Keys and values of a token: 2 layers · 2 · 4 heads · 8 · 4 bytes, and those of a base of seven billion.
  @Test func memoryOfABatch() {
    var configuration = model.configuration
    #expect(Evaluator.writingBudget(configuration) == 8192)
    (configuration.keySources, configuration.kvHeads, configuration.headDim) = (Array(0..<32), 32, 128)
    #expect(Evaluator.writingBudget(configuration) == 512)
    (configuration.keySources, configuration.headDim) = (Array(0..<1 << 10), 1 << 30)
    #expect(Evaluator.writingBudget(configuration) == 1)
  }
}
