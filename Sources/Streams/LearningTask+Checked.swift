import Files

extension LearningTask {
  /// A row as it was read, with the location to name when something is wrong with it.
  ///
  /// Files have millions of them, of thirty bytes each: in memory a row takes 64 bytes, and more where its texts are too long to be stored
  /// inline.
  struct Row {
    let example: Example
    /// Counted from 1; a file of 2 GiB has no more than 2³¹.
    private let line: Int32
    /// In a JSON array; -1 elsewhere.
    private let number: Int32

    /// - Parameter location: Where the row is; its file is not kept.
    init(example: Example, location: RowLocation) {
      self.example = example
      line = Int32(clamping: location.line ?? 0)
      number = location.row.map { Int32(clamping: $0) } ?? -1
    }

    private init(_ example: Example, of row: Row) {
      self.example = example
      (line, number) = (row.line, row.number)
    }

    /// The location of the row in its file.
    func location(in file: RowLocation) -> RowLocation {
      RowLocation(file: file.file, line: line > 0 ? Int(line) : nil, row: number >= 0 ? Int(number) : nil)
    }

    /// The same row by another name.
    func called(_ id: String) -> Row { Row(example.called(id), of: self) }
  }

  /// Makes a task of rows that were read, or says what is wrong with them.
  ///
  /// Refused are an empty split and two rows with one id; in a classification also fewer than two labels, a label named twice, a row with
  /// an unknown label, and a label without a training row.
  ///
  /// - Parameters:
  ///   - name: The task's name.
  ///   - instruction: The line before the text.
  ///   - cue: The line after the text.
  ///   - labels: The labels in their order.
  ///   - labelSource: The file that the labels come from.
  ///   - train: The training rows.
  ///   - trainFile: Their file.
  ///   - test: The test rows.
  ///   - testFile: Their file.
  ///   - kind: How the task is answered and scored.
  /// - Throws: A ``StreamError`` that names the file and the line.
  static func checked(
    name: String, instruction: String, cue: String, labels: [String], labelSource: RowLocation, train: [Row],
    trainFile: RowLocation,
    test: [Row], testFile: RowLocation, kind: Kind
  ) throws -> LearningTask {
    try requireRows(train, split: "train", of: trainFile)
    try requireRows(test, split: "test", of: testFile)
    try requireDistinctIds(train, trainFile, test, testFile)
    if kind == .classification {
      try requireLabels(labels, of: labelSource)
      try requireKnownLabels(of: train, in: trainFile, labels: labels)
      try requireKnownLabels(of: test, in: testFile, labels: labels)
      try requireTraining(train, for: labels, trainFile: trainFile)
    }
    if kind == .severalLabels {
      try requireSets(
        labels, labelSource: labelSource, train: train, trainFile: trainFile, test: test, testFile: testFile)
    }
    return LearningTask(
      name: name, instruction: instruction, cue: cue, labels: labels, train: train.map(\.example),
      test: test.map(\.example), kind: kind)
  }

  private static func requireRows(_ rows: [Row], split: String, of file: RowLocation) throws {
    guard rows.isEmpty else { return }
    throw StreamError.split(
      file.detail(
        expected: "at least one \(split) row", got: "none",
        fix: "Add \(split) rows, or check that this is the right file."))
  }

  private static func requireDistinctIds(
    _ train: [Row], _ trainFile: RowLocation, _ test: [Row], _ testFile: RowLocation
  ) throws {
    let repeated = repeatedHashes(train, test)
    guard !repeated.isEmpty else { return }
    var first: [ExactText: RowLocation] = [:]
    // In the order of the file, so that the later line is the one to blame; rows of two files never share an id.
    var (nextTrain, nextTest) = (train[...], test[...])
    while true {
      let row: Row
      let file: RowLocation
      switch (nextTrain.first, nextTest.first) {
      case (nil, nil): return
      case (let one?, let other) where (other.map { one.example.index <= $0.example.index } ?? true):
        (row, file) = (one, trainFile)
        nextTrain.removeFirst()
      case (_, let one):
        guard let one else { return }
        (row, file) = (one, testFile)
        nextTest.removeFirst()
      }
      guard repeated.contains(row.example.id.hashValue) else { continue }
      let location = row.location(in: file)
      if let other = first.updateValue(location, forKey: ExactText(row.example.id)) {
        throw StreamError.identity(
          location.detail(
            expected: "an id of its own", got: "id \(quoted(row.example.id)), which \(other.description) has already",
            fix: "Give every row another id, or leave ids out."))
      }
    }
  }

  /// The hashes that the ids of two rows have, found by eight bytes of memory for each row: that there are none is the rule.
  private static func repeatedHashes(_ train: [Row], _ test: [Row]) -> Set<Int> {
    var (seen, repeated): (Set<Int>, Set<Int>) = ([], [])
    seen.reserveCapacity(train.count + test.count)
    for rows in [train, test] {
      for row in rows where !seen.insert(row.example.id.hashValue).inserted {
        repeated.insert(row.example.id.hashValue)
      }
    }
    return repeated
  }

  private static func requireLabels(_ labels: [String], of source: RowLocation) throws {
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

  private static func requireKnownLabels(of rows: [Row], in file: RowLocation, labels: [String]) throws {
    let known = Set(labels.map(ExactText.init))
    for row in rows where !known.contains(ExactText(row.example.answer)) {
      throw StreamError.label(
        row.location(in: file).detail(
          expected: "one of the labels \(listed(labels))", got: quoted(row.example.answer),
          fix:
            "Correct the label, or give training rows for it; where --labels or a labels.json names the labels, add it there."
        ))
    }
  }

  private static func requireTraining(_ rows: [Row], for labels: [String], trainFile: RowLocation) throws {
    let trained = Set(rows.map { ExactText($0.example.answer) })
    for label in labels where !trained.contains(ExactText(label)) {
      throw StreamError.label(
        trainFile.detail(
          expected: "a training row for every label", got: "none for \(quoted(label))",
          fix: "Add training rows for it, or remove the label."))
    }
  }
}
