import Files

/// What a table of results must say about the data of a TRACE task.
public struct TraceStatement: Sendable, Equatable {
  /// The task's name.
  public let task: String

  /// The rows that are there; `eval` is not counted and 0.
  public let rows: TraceTask.RowCounts

  /// The rows that the released benchmark has.
  public let released: TraceTask.RowCounts

  /// How many different prompts the training rows have.
  public let distinctTrainingPrompts: Int

  /// How many test rows have a prompt that is trained on, and how many different prompts that are.
  public let leakedRows: Int
  /// The different prompts among them.
  public let leakedPrompts: Int

  /// Training rows whose prompt ends in another way than the task's cue; they are read as if it ended so.
  public let otherCues: Int

  /// Whether the published answers have an explanation that the training answers here do not have.
  public let lacksExplanations: Bool

  /// Whether rows of the released benchmark are missing, so that a number is not comparable with a published one.
  public var isPartial: Bool { rows.train < released.train || rows.test < released.test }

  init(_ folder: TraceFolder) throws {
    let task = try folder.read()
    let train = try folder.rows(.train)
    let leaks = TestLeaks(of: task)
    self.task = task.name
    rows = TraceTask.RowCounts(train: task.train.count, eval: 0, test: task.test.count)
    released = folder.task.released
    distinctTrainingPrompts = Set(task.train.map { ExactText($0.text) }).count
    leakedRows = leaks.rows.count
    leakedPrompts = leaks.prompts
    otherCues = train.otherCues
    lacksExplanations = folder.task.isAnsweredByLetter && train.explained < train.rows.count
  }

  /// One sentence for each thing that a table must say; none where there is nothing to say.
  public var notes: [String] {
    var notes: [String] = []
    if isPartial {
      notes.append(
        "\(task): partial data, \(rows.train) of \(released.train) training rows and \(rows.test) of \(released.test)"
          + " test rows: not comparable with a published TRACE number.")
    }
    if lacksExplanations {
      notes.append(
        "\(task): training answers are the letter without the explanation that the published ones have.")
    }
    if distinctTrainingPrompts < rows.train {
      notes.append("\(task): \(distinctTrainingPrompts) different prompts in \(rows.train) training rows.")
    }
    if leakedRows > 0 {
      notes.append(
        "\(task): \(leakedRows) of \(rows.test) test rows (\(leakedPrompts) different prompts) are also trained on;"
          + " the clean column leaves them out.")
    }
    if otherCues > 0 {
      notes.append("\(task): \(otherCues) training prompts had another last line; they were given the test prompts'.")
    }
    return notes
  }
}
