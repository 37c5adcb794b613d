import Files
import Serving
import TaskModels

extension ExplainCommand {
  /// Labels that are shown, and pieces of each.
  private static let (mostLabels, mostPieces) = (10, 4)

  /// What was answered, for a person.
  static func answer(_ why: Explanation) -> String {
    guard let given = why.answer.labels else { return why.answer.text.debugDescription }
    return given.isEmpty ? "no label" : given.map { why.labels[$0].debugDescription }.joined(separator: ", ")
  }

  /// Why a text got its labels, where there may be several: each is a question of its own.
  static func lines(_ why: Explanation, _ sets: LabelSetCombination) -> [String] {
    let order = why.labels.indices.sorted { why.answer.probabilities[$0] > why.answer.probabilities[$1] }
    return order.prefix(mostLabels).map { label in
      let p = why.answer.probabilities[label]
      let weights = [
        sets.expert.map { "expert × \(fixed($0[label], 2))" }, sets.ridge.map { "head × \(fixed($0[label], 2))" },
        "bias \(fixed(sets.bias[label], 2))",
      ].compactMap(\.self)
      let pieces = why.tokens.sorted { abs($0.weights[label]) > abs($1.weights[label]) }.prefix(mostPieces).map {
        "\($0.text.debugDescription) \($0.weights[label] >= 0 ? "+" : "")\(fixed($0.weights[label], 3))"
      }
      return
        "  \(why.labels[label].printable)  p \(fixed(p, 3)), \(p >= sets.thresholds[label] ? "given" : "not given") from"
        + " \(fixed(sets.thresholds[label], 3)) on  (\(weights.joined(separator: ", ")))"
        + (pieces.isEmpty ? "" : "  pieces that weigh most in the head: \(pieces.joined(separator: ", "))")
    }
  }
}
