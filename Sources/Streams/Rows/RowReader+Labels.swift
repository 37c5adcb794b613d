import Files

extension RowReader {
  /// Of fewer rows every one may have a label of its own.
  private static let fewestForLabels = 10

  /// Refuses labels that cannot be meant: one for every row, and one of the option that no row has.
  ///
  /// - Throws: ``StreamError/label(_:)``; ``StreamError/split(_:)`` where all rows ask the same; ``StreamError/option(_:)`` for one of the option.
  func requireLabels(_ rows: [LearningTask.Row], _ form: RowForm, _ file: RowLocation) throws {
    let answers = Self.answers(of: rows)
    guard let labels else {
      guard rows.count >= Self.fewestForLabels, answers.count == rows.count else { return }
      // Of prompts that are all one, none may be left to learn from, and so no answer shows what the rows are.
      if !form.hasText, Set(rows.map { ExactText(TaskExamples.key(of: $0.example)) }).count == 1 {
        throw StreamError.split(
          file.detail(
            expected: "rows that ask different things", got: "\(rows.count) rows that all ask the same",
            fix:
              "Rows that ask the same stay in one part: add rows with other \(form.isConversation ? "questions" : "prompts"), or give every row a \"split\"."
          ))
      }
      throw StreamError.label(
        file.detail(
          expected: "labels that several rows have", got: "\(answers.count) labels in \(rows.count) rows",
          fix:
            "Name the column of the labels: --columns label=COLUMN. Texts of their own are answers: --columns prompt=COLUMN,answer=COLUMN."
        ))
    }
    guard let absent = labels.first(where: { answers[ExactText($0)] == nil }) else { return }
    let given = Set(labels.map(ExactText.init))
    let others = answers.keys.filter { !given.contains($0) }.sorted().map(\.text)
    let meant = others.closest(to: absent) ?? (others.count == 1 ? others.first : nil)
    throw StreamError.option(
      RowLocation(file: "--labels").detail(
        expected: "labels that rows of \(file.file) have", got: "\(quoted(absent)), which none has",
        fix: meant.map { "Is it \(quoted($0))? Correct the option." }
          ?? "Correct the option\(others.isEmpty ? ", or add rows of it" : "; rows have \(listed(others)), too")."))
  }
}
