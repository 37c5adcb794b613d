import Assurance
import Foundation
import TaskModels

/// Says in words when a task model has learned nothing, and what usually helps.
enum NothingLearned {
  static func warnings(_ scores: GateScores, labels: [String], isToyBase: Bool) -> [String] {
    var warnings: [String] = []
    let helps = "Usually more rows of each label help, a clearer --instruction, or a larger base."
    if let classes = scores.classes {
      let predicted = Set(scores.answers.compactMap(\.label))
      if predicted.count == 1, labels.count > 1, classes.majorityShare.value < 1, let only = predicted.first {
        warnings.append(
          "every gate row got the same label, \(labels[only].debugDescription): nothing was learned. \(helps)")
      } else if classes.accuracy.lowerBound() <= classes.majorityShare.value {
        warnings.append(
          String(
            format: "accuracy %.1f %% cannot be told from always saying the most frequent label, %.1f %% (n %d). ",
            classes.accuracy.value * 100, classes.majorityShare.value * 100, classes.accuracy.n) + helps)
      }
    } else if !scores.answers.isEmpty, scores.answers.allSatisfy({ $0.text.allSatisfy(\.isWhitespace) }) {
      warnings.append(
        "every answer to a gate row is empty: nothing was learned. More --max-epochs, more rows, or a larger base help."
      )
    }
    if isToyBase {
      warnings.append(
        "the base is one of the two that come with the program: small ones, for trying it. `accrete init --base FOLDER` takes a"
          + " Hugging Face model of yours.")
    }
    return warnings
  }
}
