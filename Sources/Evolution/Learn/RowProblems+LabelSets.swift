import Files
import Streams
import TaskModels

extension RowProblems {
  /// What is odd about rows with several labels.
  static func ofLabelSets(_ examples: TaskExamples) -> [String] {
    var warnings = spaced(examples.task.labels) + alike(examples.task.labels) + joined(examples.task.labels)
    func counts(_ rows: [Example]) -> [ExactText: Int] {
      rows.flatMap { LabelSet(text: $0.answer)?.labels ?? [] }
        .reduce(into: [:]) { $0[ExactText($1), default: 0] += 1 }
    }
    let (learned, chosen) = (counts(examples.learn), counts(examples.choose))
    let rare = examples.task.labels.filter { learned[ExactText($0), default: 0] < 3 }
    if !rare.isEmpty {
      warnings.append(
        "fewer than 3 learn rows have \(rare.map(\.debugDescription).listed). A label needs tens of rows.")
    }
    let unfitted = examples.task.labels.filter { chosen[ExactText($0), default: 0] < LabelSetCombination.fewestRows }
    if !unfitted.isEmpty {
      warnings.append(
        "fewer than \(LabelSetCombination.fewestRows) choose rows have \(unfitted.map(\.debugDescription).listed): from p 0.5 on it is given, as no threshold can be fitted."
      )
    }
    return warnings
  }

  /// Labels that look like several.
  private static func joined(_ labels: [String]) -> [String] {
    let joined = labels.filter { $0.unicodeScalars.contains(",") }
    guard !joined.isEmpty else { return [] }
    return [
      "labels with a comma in them: \(joined.map(\.debugDescription).listed). Each is one label: in a table | or ; separates several, a|b."
    ]
  }
}
