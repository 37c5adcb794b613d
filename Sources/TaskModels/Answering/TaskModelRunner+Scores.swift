import Decoder
import Foundation
import Generation
public import Learning
public import Streams

extension TaskModelRunner {
  /// Scores its rows, together with those of other tasks on the same base and in the same arithmetic.
  public var rowScorer: RowScorer { RowScorer(base.model) }

  /// What the expert, or the base, is asked of each row; `nil`: nothing, as the closed-form head answers alone, or a text is written.
  public var question: RowScorer.Row.Question? {
    if let sets = model.labelSets { return sets.usesExpert ? model.trainedHead.map { .head($0) } : nil }
    guard let combination = model.combination, combination.expert > 0 else { return nil }
    return model.trainedHead.map { .head($0) } ?? .labels(scores.labelIds)
  }

  /// Answers rows from what was scored of them.
  ///
  /// - Parameter examples: Rows of a task with labels.
  /// - Parameter scores: Of each row what ``question`` gave; `nil` where there is none.
  /// - Returns: Answers in the order of the rows. An answer's bits depend on its row alone.
  /// - Throws: `TorchError`.
  public func answers(_ examples: [EncodedExample], scores: [[Double]?]) throws -> [TaskAnswer] {
    if let sets = model.labelSets {
      let closed = try (sets.usesRidge ? model.ridge : nil)?.logOdds(self.scores.features(examples))
      return examples.indices.map { row in
        answer(examples[row], by: sets, LabelSetCombination.Parts(expert: scores[row], ridge: closed?[row]))
      }
    }
    guard let combination = model.combination else { return [] }
    let closed = try (combination.ridge > 0 ? model.ridge : nil)?.scores(self.scores.features(examples))
    return examples.indices.map { row in
      answer(examples[row], by: combination, LabelCombination.Parts(expert: scores[row], ridge: closed?[row]))
    }
  }

  func answer(
    _ example: EncodedExample, by combination: LabelCombination, _ parts: LabelCombination.Parts
  ) -> TaskAnswer {
    let probabilities = combination.logProbabilities(parts).map { exp($0) }
    // The first of equal ones wins.
    let best = probabilities.indices.reduce(0) { probabilities[$1] > probabilities[$0] ? $1 : $0 }
    return TaskAnswer(
      text: model.form.labels[best], label: best, probabilities: probabilities, parts: parts,
      droppedTokens: example.droppedTokens, isCut: false, promptTokens: example.promptIds.count)
  }
}
