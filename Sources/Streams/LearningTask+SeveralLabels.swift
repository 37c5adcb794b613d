import Files

extension LearningTask {
  /// What rows with several labels need: 2 … ``LabelSet/most`` labels, each of them once and with a row to learn from, and no other in
  /// any row.
  static func requireSets(
    _ labels: [String], labelSource: RowLocation, train: [Row], trainFile: RowLocation, test: [Row],
    testFile: RowLocation
  ) throws {
    guard labels.count >= 2 else {
      throw StreamError.label(
        labelSource.detail(
          expected: "at least 2 labels in \"labels\"", got: labels.isEmpty ? "none" : "only \(quoted(labels[0]))",
          fix: "A task with one label has rows with \"label\": \"yes\" or \"no\"."))
    }
    guard labels.count <= LabelSet.most else {
      throw StreamError.label(
        labelSource.detail(
          expected: "at most \(LabelSet.most) labels", got: "\(labels.count)",
          fix: "Leave rare ones out, or make several tasks."))
    }
    let known = Set(labels.map(ExactText.init))
    guard known.count == labels.count else {
      throw StreamError.label(
        labelSource.detail(expected: "every label once", got: "one twice", fix: "Remove one of the two."))
    }
    var trained: Set<ExactText> = []
    for (rows, file, trains) in [(train, trainFile, true), (test, testFile, false)] {
      for row in rows {
        let set = Set((LabelSet(text: row.example.answer)?.labels ?? []).map(ExactText.init))
        if let other = set.subtracting(known).min() {
          throw StreamError.label(
            row.location(in: file).detail(
              expected: "labels among \(listed(labels)), which have rows to learn from", got: quoted(other.text),
              fix: "Correct the label, or give rows to learn it from."))
        }
        if trains { trained.formUnion(set) }
      }
    }
    if let without = labels.first(where: { !trained.contains(ExactText($0)) }) {
      throw StreamError.label(
        trainFile.detail(
          expected: "a row to learn from for every label", got: "none for \(quoted(without))",
          fix: "Add rows that have it, or remove the label."))
    }
  }
}

extension TaskExamples {
  /// The labels of a row; those without one, and free answers, count as one label together.
  static func labels(of row: Example, kind: LearningTask.Kind) -> [ExactText] {
    switch kind {
    case .classification: return [ExactText(row.answer)]
    case .generation: return [ExactText("")]
    case .severalLabels:
      let labels = LabelSet(text: row.answer)?.labels ?? []
      return labels.isEmpty ? [ExactText("")] : labels.map(ExactText.init)
    }
  }

  /// What rows are dealt by, so that every part has some of each label. With one label: that label. With several: the rarest among these
  /// rows (of equally rare ones the first by code points). Rows without a label, and free answers, share one value.
  static func strata(of rows: [Example], kind: LearningTask.Kind) -> [ExactText] {
    switch kind {
    case .classification: return rows.map { ExactText($0.answer) }
    case .generation: return rows.map { _ in ExactText("") }
    case .severalLabels:
      let sets = rows.map { (LabelSet(text: $0.answer)?.labels ?? []).map(ExactText.init) }
      let counts = sets.joined().reduce(into: [ExactText: Int]()) { $0[$1, default: 0] += 1 }
      return sets.map { set in
        set.min { ((counts[$0] ?? 0), $0) < ((counts[$1] ?? 0), $1) } ?? ExactText("")
      }
    }
  }
}
