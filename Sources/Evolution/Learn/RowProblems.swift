import Assurance
import Files
import Foundation
import Streams

/// What is odd about rows, though a task can be learned from them: said before training.
enum RowProblems {
  /// - Parameters:
  ///   - examples: The rows.
  ///   - keys: Of the same rows.
  ///   - labelLimit: The most distinct answers of prompts that are labels.
  static func warnings(
    _ examples: TaskExamples, _ keys: RowKeys, labelLimit: Int
  ) -> [String] {
    var warnings: [String] = []
    let all = keys.rows.values.joined()
    let contradicting = keys.answers.values.count { $0.count > 1 }
    if contradicting > 0, examples.task.kind != .generation {
      let all = examples.learn + examples.choose + examples.gate
      let labels = Dictionary(grouping: all) { ExactText($0.text) }
      let first = all.first { Set((labels[ExactText($0.text)] ?? []).map { ExactText($0.answer) }).count > 1 }
      let example = first.map { row in
        let rows = labels[ExactText(row.text)] ?? []
        return
          ", such as \(String(row.text.prefix(60)).debugDescription) (\(Set(rows.map { ExactText($0.answer) }).sorted().map(\.text.printable).joined(separator: ", ")))"
      }
      warnings.append(
        "\(contradicting == 1 ? "1 text has" : "\(contradicting) texts have") rows with different labels\(example ?? ""): at most one of a text's"
          + " labels is right. Correct the file.")
    }
    let repeated = all.count - Set(all).count
    if repeated > 0 {
      let (row, text) = examples.areConversations ? ("turn", "question") : ("row", "text")
      warnings.append(
        "\(repeated == 1 ? "1 \(row) repeats an earlier one" : "\(repeated) \(row)s repeat earlier ones"), \(text) and answer: each counts as often as it is there."
      )
    }
    if examples.task.kind == .severalLabels {
      return warnings + ofLabelSets(examples)
    }
    guard examples.task.kind == .classification else { return warnings + strays(examples, labelLimit: labelLimit) }
    warnings += ofLabels(examples)
    return warnings
  }

  /// What gate G3 can tell with so few gate rows. It is said before training alone: afterwards the gate itself says it.
  ///
  /// - Parameter examples: The rows.
  /// - Parameter compares: Whether the task has a version to be compared with.
  /// - Parameter margin: How much worse than it a new one may be.
  static func estimate(_ examples: TaskExamples, compares: Bool, margin: Double) -> String? {
    guard examples.task.kind != .generation else { return nil }
    let count = examples.gate.count
    if compares {
      let needed = OwnTaskGate.rowsForATie(margin: margin)
      guard count < needed else { return nil }
      return
        "\(count) gate rows are too few to show that a new version is no worse, even one that is as good: gate G3 needs about \(needed) at"
        + " a margin of \(margin * 100) points."
    }
    guard examples.task.kind == .classification,
      let needed = OwnTaskGate.fewestRows(labelsOf: examples.gate.map(\.answer)), count < needed
    else { return nil }
    return
      "\(count) gate rows are too few to tell a version from one that always says the most frequent label, even if it makes half as many"
      + " errors: gate G3 needs about \(needed). 15 % of the rows are gate rows."
  }

  /// Answers that would be labels, but for a few that are there once.
  private static func strays(_ examples: TaskExamples, labelLimit: Int) -> [String] {
    let rows = examples.learn + examples.choose
    let counts = rows.reduce(into: [ExactText: Int]()) { $0[ExactText($1.answer), default: 0] += 1 }
    let alone = rows.filter { counts[ExactText($0.answer)] == 1 }
    guard counts.count <= labelLimit, !alone.isEmpty, alone.count * 10 <= rows.count else { return [] }
    let labels = counts.filter { $0.value > 1 }.keys.sorted().map(\.text)
    return [
      "\(counts.count) distinct answers look like labels, but these are there once, so that the model writes answers:"
        + " \(alone.map { "\($0.answer.debugDescription) (row \($0.id.printable))" }.listed). Correct them, or give the labels:"
        + " --labels \(labels.map(\.printable).joined(separator: ","))."
    ]
  }

  /// Labels that nobody can tell apart, or that differ by case alone.
  static func alike(_ labels: [String]) -> [String] {
    let groups = Dictionary(grouping: labels) { label in
      String(
        String.UnicodeScalarView(label.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint })
      ).precomposedStringWithCompatibilityMapping.lowercased()
    }
    let alike = groups.values.filter { $0.count > 1 }.map { $0.map(ExactText.init).sorted().map(\.text) }
    guard !alike.isEmpty else { return [] }
    let texts = alike.map { $0.map { spelled($0) }.joined(separator: " and ") }.sorted()
    return ["labels that look alike are different ones: \(texts.listed). Write them in one way if one is meant."]
  }

  /// A label between quotation marks, with all that is not ASCII spelled out: what cannot be seen differs.
  private static func spelled(_ label: String) -> String {
    "\"" + label.unicodeScalars.map { $0.escaped(asASCII: true) }.joined() + "\""
  }

  static func spaced(_ labels: [String]) -> [String] {
    let spaced = labels.filter { $0.unicodeScalars.first == " " || $0.unicodeScalars.last == " " }
    guard !spaced.isEmpty else { return [] }
    return [
      "labels with a space at an end: \(spaced.map(\.debugDescription).listed). Answers have it, too, behind the space that separates every answer from its prompt: take it out of the file if it is not meant."
    ]
  }

  private static func ofLabels(_ examples: TaskExamples) -> [String] {
    var warnings = spaced(examples.task.labels) + alike(examples.task.labels)
    let counts = examples.learn.reduce(into: [ExactText: Int]()) { $0[ExactText($1.answer), default: 0] += 1 }
    let rare = counts.filter { $0.value < 3 }.keys.sorted().map(\.text)
    if !rare.isEmpty {
      let common = counts.filter { $0.value >= 10 }.keys.sorted().map(\.text)
      let texts = rare.map { label in
        label.debugDescription + (common.closest(to: label).map { " (is it \($0.printable)?)" } ?? "")
      }
      warnings.append("fewer than 3 learn rows have \(texts.listed). A label needs tens of rows.")
    }
    if Set(examples.gate.map { ExactText($0.answer) }).count == 1, let only = examples.gate.first?.answer {
      warnings.append(
        "all gate rows have the label \(only.debugDescription): no score can tell anything. Give gate rows of each label."
      )
    }
    return warnings
  }
}
