import Files

extension LearningTask {
  /// A row as it was read, with the place to name when something is wrong with it.
  struct Row {
    let example: Example
    let place: Place
  }

  /// Makes a task of rows that were read, or says what is wrong with them.
  ///
  /// What is refused: an empty split, two rows of one id, and, for a classification, fewer than two labels, a label
  /// named twice, a row whose label is unknown, a label without a training row.
  ///
  /// - Parameter labelSource: The file that the labels come from.
  /// - Throws: A ``StreamError`` that names the file and the line.
  static func checked(
    name: String, instruction: String, cue: String, labels: [String], labelSource: Place, train: [Row],
    trainFile: Place,
    test: [Row], testFile: Place, kind: Kind
  ) throws -> LearningTask {
    try requireRows(train, split: "train", of: trainFile)
    try requireRows(test, split: "test", of: testFile)
    try requireDistinctIds(train + test)
    if kind == .classification {
      try requireLabels(labels, of: labelSource)
      try requireKnownLabels(of: train + test, labels: labels)
      try requireTraining(train, for: labels, trainFile: trainFile)
    }
    return LearningTask(
      name: name, instruction: instruction, cue: cue, labels: labels, train: train.map(\.example),
      test: test.map(\.example), kind: kind)
  }

  private static func requireRows(_ rows: [Row], split: String, of file: Place) throws {
    guard rows.isEmpty else { return }
    throw StreamError.split(
      file.detail(
        expected: "at least one \(split) row", got: "none",
        fix: "Add \(split) rows, or check that this is the right file."))
  }

  private static func requireDistinctIds(_ rows: [Row]) throws {
    guard mayRepeatIds(rows) else { return }
    var first: [ExactText: Place] = [:]
    // In the order of the file, so that the later line is the one to blame; rows of two files never share an id.
    for row in rows.sorted(by: { $0.example.index < $1.example.index }) {
      if let other = first[ExactText(row.example.id)] {
        throw StreamError.identity(
          row.place.detail(
            expected: "an id of its own", got: "id \(quoted(row.example.id)), which \(other.description) has already",
            fix: "Give every row another id, or leave ids out."))
      }
      first[ExactText(row.example.id)] = row.place
    }
  }

  /// Whether two rows may have one id, by eight bytes of memory for each: that no two have is the rule.
  private static func mayRepeatIds(_ rows: [Row]) -> Bool {
    var seen: Set<Int> = []
    seen.reserveCapacity(rows.count)
    return !rows.allSatisfy { seen.insert($0.example.id.hashValue).inserted }
  }

  private static func requireLabels(_ labels: [String], of source: Place) throws {
    guard labels.count >= 2 else {
      throw StreamError.label(
        source.detail(
          expected: "at least 2 labels", got: labels.isEmpty ? "none" : "only \(quoted(labels[0]))",
          fix: "Give rows of another label: with one label there is nothing to learn."))
    }
    var seen: Set<ExactText> = []
    for label in labels where !seen.insert(ExactText(label)).inserted {
      throw StreamError.label(
        source.detail(expected: "every label once", got: "\(quoted(label)) twice", fix: "Remove one of the two."))
    }
  }

  private static func requireKnownLabels(of rows: [Row], labels: [String]) throws {
    let known = Set(labels.map(ExactText.init))
    for row in rows where !known.contains(ExactText(row.example.answer)) {
      throw StreamError.label(
        row.place.detail(
          expected: "one of the labels \(listed(labels))", got: quoted(row.example.answer),
          fix: "Correct the label, or give training rows (and an entry in labels.json, if there is one) for it."))
    }
  }

  private static func requireTraining(_ rows: [Row], for labels: [String], trainFile: Place) throws {
    let trained = Set(rows.map { ExactText($0.example.answer) })
    for label in labels where !trained.contains(ExactText(label)) {
      throw StreamError.label(
        trainFile.detail(
          expected: "a training row for every label", got: "none for \(quoted(label))",
          fix: "Add training rows for it, or remove the label."))
    }
  }
}
