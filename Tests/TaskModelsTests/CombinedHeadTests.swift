import Generation
import Learning
import Records
import Streams
import Testing
import Torch

@testable import TaskModels

/// Do closed-form heads come back from a checkpoint as they were, and nothing else with them?
@Suite struct CombinedHeadTests {
  private func head(_ first: Float) throws -> CombinedHead {
    try CombinedHead(
      ridge: RidgeHead(
        weights: Tensor([first, 2, 3, 4, 5, 6]).reshaped([2, 3]).converted(to: .bfloat16),
        bias: Tensor([0.5, -0.5] as [Float]),
        sharpness: 1.5), combination: LabelCombination(expert: 0.75, ridge: 0.25, bias: [0.125, -0.125]))
  }

  private let tasks = [(name: "spam.v2", labels: 2), (name: "abuse", labels: 2)]

  @Test func comeBack() throws {
    var heads = CombinedHeads()
    heads["spam.v2"] = try head(1)
    heads["abuse"] = try head(9)
    var tensors = heads.tensors
    #expect(tensors.count == 6 && heads.tensors(of: "spam.v2").count == 3 && heads.tensors(of: "other").isEmpty)
    tensors["tasks.spam.v2.weights"] = try Tensor([1 as Float])
    var again = CombinedHeads()
    let rest = try again.restore(tensors, of: tasks, features: 3)
    #expect(rest.keys.sorted() == ["tasks.spam.v2.weights"])
    let one = try #require(again["spam.v2"])
    #expect(try one.ridge.weights.isEqual(to: head(1).ridge.weights) && one.ridge.bias.isEqual(to: head(1).ridge.bias))
    #expect(try one.ridge.sharpness == 1.5 && one.combination == head(1).combination)
  }

  @Test func othersAreRefused() throws {
    var heads = CombinedHeads()
    heads["spam.v2"] = try head(1)
    heads["abuse"] = try head(9)
    let whole = heads.tensors
    func refused(_ change: (inout [String: Tensor]) throws -> Void, features: Int = 3, tasks: Int = 2) throws {
      var tensors = whole
      try change(&tensors)
      var again = CombinedHeads()
      #expect(throws: LearningError.self) {
        _ = try again.restore(tensors, of: Array(self.tasks.prefix(tasks)), features: features)
      }
    }
    for name in whole.keys { try refused { $0[name] = nil } }
    try refused({ _ in }, features: 4)
    // The head of a task that is not learned yet.
    try refused({ _ in }, tasks: 1)
    try refused { $0["ridge.weights.abuse"] = try $0["ridge.weights.abuse"]?.converted(to: .float32) }
    for numbers in [[0, 1, 1, 0, 0], [1, -1, 1, 0, 0], [1, 1, -1, 0, 0], [1, 1, 1, .infinity, 0], [1, 1, 1, 0]] {
      try refused { $0["ridge.combination.abuse"] = try Tensor(doubles: numbers) }
    }
  }

  /// The weights are those of ``CombinationFit`` on rows of their own; without such rows the head is alone.
  @Test func areWeighedOnOtherRows() throws {
    let base = try Small.base()
    let rows = try EncodedRows(Small.examples(), on: base, options: Small.options(.both))
    let parts = LabelParts(base, labelIds: rows.labelIds)
    let solved = try parts.solved(on: rows.learn, combinedOn: rows.choose, expert: nil)
    #expect(solved.rows == rows.learn.count && solved.combined == rows.choose.count)
    let fit = try RidgeFit(
      parts.features(rows.learn), labels: rows.learn.map { $0.labelIndex ?? -1 }, count: 2)
    #expect(try solved.head.ridge.weights.isEqual(to: fit.head.weights) && solved.penalty == fit.penalty)
    let scores = try parts.parts(of: rows.choose, expert: nil, usesExpert: true, head: nil, ridge: fit.head)
    let expected = CombinationFit(
      scores, gold: rows.choose.map { $0.labelIndex ?? -1 }, labels: 2, use: .init(expert: true, ridge: true)
    ).fitted()
    #expect(solved.head.combination == expected)
    let alone = try parts.solved(on: rows.learn, combinedOn: [], expert: nil)
    #expect(alone.head.combination == LabelCombination(expert: 0, ridge: 1, bias: [0, 0]) && alone.combined == 0)
    #expect(throws: TaskModelError.self) { try parts.solved(on: [rows.learn[0]], combinedOn: [], expert: nil) }
  }
}
