import Decoder
import Experts
import Files
import Foundation
import Generation
import Learning
import Streams
import Torch

/// The expert that was chosen, which the last training on all rows may spoil: few passes end somewhere else with other rows.
extension TaskModelTraining {
  /// Where it lies meanwhile.
  var firstExpert: URL { file.appendingPathExtension("first") }
  /// And its trained output head.
  var firstHead: URL { file.appendingPathExtension("head") }

  func keep(_ expert: LowRankExpert, head: Tensor?, loss: Double) throws -> LearnCheckpoint.First {
    LearnCheckpoint.First(
      expert: try expert.rounded().writeAdapter(to: firstExpert),
      head: try head.map { try SafetensorsFile.write([Self.headName: $0], to: firstHead) }, loss: loss)
  }

  private static let headName = "head"

  /// The last expert, or the first one where the choose rows are answered worse by the last, which has even learned from them.
  ///
  /// - Parameter last: `nil`: its training diverged.
  func better(
    _ last: (expert: LowRankExpert, head: Tensor?)?, _ decision: LearnCheckpoint.Decision, rate: Double
  ) throws -> (expert: LowRankExpert, head: Tensor?) {
    guard let first = decision.first else {
      guard let last else { throw TaskModelError.everyRateDiverges(task: name, rates: [rate]) }
      return last
    }
    let loss = try last.flatMap { try lossOfLast($0.expert, $0.head, decision) }
    let isKept = loss.map { $0 <= first.loss } ?? false
    state.evidence.allRows = LearnEvidence.AllRows(loss: loss, lossBefore: first.loss, isKept: isKept)
    if isKept, let last { return last }
    report(.lastTrainingDropped(loss: loss, before: first.loss))
    let file = try file(firstExpert, first.expert)
    let expert = try LowRankExpert(
      adapter: file, shape: try options.shape(), for: base.model.configuration, on: base.model.device)
    return (expert, try first.head.map { try self.file(firstHead, $0).tensor(Self.headName).cloned() })
  }

  /// What the choose rows say of the last expert; `nil`: its scores are not numbers.
  private func lossOfLast(
    _ expert: LowRankExpert, _ head: Tensor?, _ decision: LearnCheckpoint.Decision
  ) throws -> Double? {
    do {
      if let sets = decision.labelSets {
        let loss = try setLossOfLast(expert, head, sets)
        return loss.isFinite ? loss : nil
      }
      guard let combination = decision.combination else { return nil }
      var scores = try parts.parts(
        of: rows.choose, expert: LowRankSelection(try expert.widened()), usesExpert: true, head: head, ridge: nil)
      if let ridgeScores { for row in scores.indices { scores[row].ridge = ridgeScores[row] } }
      let loss = loss(of: combination, scores)
      return loss.isFinite ? loss : nil
    } catch  where Self.isDivergence(error) {
      return nil
    }
  }

  private func file(_ url: URL, _ digest: Digest) throws -> SafetensorsFile {
    let file = try SafetensorsFile(url)
    guard try Digest(ofFile: url) == digest else {
      throw TorchError.malformedSafetensors(path: url.path, rule: "it was changed since it was written")
    }
    return file
  }

  /// The mean −log p of the choose rows' right labels.
  func loss(of combination: LabelCombination, _ scores: [LabelCombination.Parts]) -> Double {
    zip(scores, rows.choose).reduce(0) { sum, row in
      sum - combination.logProbabilities(row.0)[row.1.labelIndex ?? 0]
    } / Double(max(scores.count, 1))
  }
}
