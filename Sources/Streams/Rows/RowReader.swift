import Files
public import Foundation

/// Reads a user's own task: one file of rows, as JSONL, a JSON array, CSV or TSV with the columns' names in its first line, each also
/// gzipped.
///
/// A row has `text` and `label` (or `labels`, where it may have several), or `prompt` and `answer` (or `completion`); all rows of a file are
/// of one form. Labels and answers may be whole numbers and booleans. Optional fields are `id` (a string or a whole number) and `split` (in
/// every row or in none). Other fields are passed over, except `instruction` and `cue`, which look as if they had an effect and are refused.
///
/// A row may be a conversation instead (``RowForm/isConversation``): each turn of the model is an example.
///
/// - The task's name is the file's name without its ending.
/// - ``read(_:)``: without `"split"`, the rows of the last fifth (rounded down) of the shuffle with stream `split/TASK` are test
///   rows; the others train. The split depends on the name and the number of rows, and on no seed.
/// - ``examples(_:name:)``: without `"split"`, a hash of each text decides (``TaskExamples/isGate(_:share:)``).
/// - The labels of a text-label file are the distinct labels of its training rows, sorted by code points.
/// - A prompt-answer file is a classification if its training rows have at most ``labelLimit`` distinct answers, each at least twice. The
///   answers, sorted, are then its labels. Otherwise it is a generation.
public struct RowReader: Sendable {
  /// The most distinct answers that a prompt-answer file may have to be read as a classification.
  public static let mostAnswers = 20

  /// The line before a row's `text`.
  public let instruction: String

  /// The line after a row's `text`.
  public let cue: String

  /// Which columns of a file stand for ours.
  public let columns: ColumnNames
  /// The form of the rows; `nil`: the first row shows it.
  public let form: RowForm?
  /// The labels and their order; `nil`: those of the rows, sorted by code points.
  public let labels: [String]?
  /// The most distinct answers of prompts that are labels.
  public let labelLimit: Int
  /// Whether the base has a template that writes conversations. Without one, rows in Alpaca's form are prompts.
  public let hasTemplate: Bool
  /// Whether rows that cannot be read are left out and counted; else the file is refused.
  public let skipsUnreadable: Bool

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - instruction: The line before a row's `text`; a prompt is used as it is.
  ///   - cue: The line after a row's `text`.
  ///   - columns: Which columns of a file stand for ours.
  ///   - form: The form of the rows; `nil`: the first row shows it.
  ///   - labels: The labels and their order; `nil`: those of the rows.
  ///   - labelLimit: The most distinct answers of prompts that are labels.
  ///   - hasTemplate: Whether the base has a template that writes conversations.
  ///   - skipsUnreadable: Whether rows that cannot be read are left out and counted.
  public init(
    instruction: String = "Classify this text.", cue: String = "Label:", columns: ColumnNames = ColumnNames(),
    form: RowForm? = nil, labels: [String]? = nil, labelLimit: Int = mostAnswers,
    hasTemplate: Bool = true, skipsUnreadable: Bool = false
  ) {
    self.instruction = instruction
    self.cue = cue
    self.columns = columns
    self.form = form
    self.labels = labels
    self.labelLimit = labelLimit
    self.hasTemplate = hasTemplate
    self.skipsUnreadable = skipsUnreadable
  }

  /// The name of the task in a file: the file's name without its ending.
  ///
  /// - Parameter url: The file.
  public static func taskName(of url: URL) -> String {
    let url = url.pathExtension.lowercased() == "gz" ? url.deletingPathExtension() : url
    return url.deletingPathExtension().lastPathComponent
  }

  /// Reads a task.
  ///
  /// - Parameter url: The file.
  /// - Throws: A ``StreamError`` that names the file and the line of what is wrong.
  public func read(_ url: URL) throws -> LearningTask {
    let name = Self.taskName(of: url)
    try TaskName.require([(name, RowLocation(file: url.relativePath))])
    return try read(RowFile(url, columns: columns), name: name)
  }

  /// Reads a task that is in memory already.
  ///
  /// - Parameters:
  ///   - data: The lines.
  ///   - url: The file that it would be: names the task, and the location in errors.
  /// - Throws: A ``StreamError`` that names the file and the line of what is wrong.
  public func read(_ data: Data, as url: URL) throws -> LearningTask {
    let (name, location) = (Self.taskName(of: url), RowLocation(file: url.relativePath))
    try TaskName.require([(name, location)])
    return try read(RowFile(SourceFile(data, location: location), columns: columns), name: name)
  }

  private func read(_ rowFile: RowFile, name: String) throws -> LearningTask {
    let (source, file) = (rowFile.source, rowFile.source.location)
    // Of a row only what is needed is kept: a file may have millions of them, of thirty bytes each.
    var (rows, stated, form): ([LearningTask.Row], [Split?], RowForm?) = ([], [], form)
    var validation = 0
    // Not for lines that are blank: a file may have nothing else.
    rows.reserveCapacity(min(source.bytes.count { $0 == UInt8(ascii: "\n") } + 1, source.bytes.count / 24 + 1))
    try rowFile.eachRow { fields in
      let known = try form ?? RowForm(of: fields)
      guard !known.isConversation else { throw Self.conversation(fields) }
      form = known
      let role = try Self.role(fields)
      let split = role.flatMap { Split($0) }
      guard role == nil || split != nil else {
        validation += 1
        return
      }
      stated.append(split)
      // A row without an id is called by its split, which is known once all rows are.
      rows += try self.rows(fields, known, id: fields.id() ?? "")
    }
    guard let form, !rows.isEmpty || validation > 0 else { throw Self.noRows(rowFile) }
    let splits = try Split.splits(stated, areStated: validation > 0, task: name) { rows[$0].location(in: file) }
    // The rows that train stay in the list, which is closed up: a second one would take as much memory again.
    var (train, test): ([LearningTask.Row], [LearningTask.Row]) = ([], [])
    swap(&train, &rows)
    test.reserveCapacity(splits.count { $0 == .test })
    var kept = 0
    for (number, split) in splits.enumerated() {
      let row = train[number]
      let example = row.example
      let named = example.id.isEmpty ? row.called("\(name)/\(split.rawValue)/\(example.index)") : row
      if split == .test {
        test.append(named)
      } else {
        train[kept] = named
        kept += 1
      }
    }
    train.removeLast(train.count - kept)
    guard form != .textLabels else {
      throw StreamError.field(
        file.detail(
          expected: "one \"label\" a row, as runs have it", got: "several \"labels\"",
          fix: "`accrete learn` teaches such a task; a run needs one label a row."))
    }
    let answers = Self.answers(of: train)
    let kind = kind(of: answers, form)
    if kind == .classification { try requireLabels(train + test, form, file) }
    var task = try LearningTask.checked(
      name: name, instruction: form == .textLabel ? instruction : "", cue: form == .textLabel ? cue : "",
      labels: kind == .classification ? labels ?? answers.keys.sorted().map(\.text) : [], labelSource: file,
      train: train, trainFile: file, test: test, testFile: file, kind: kind)
    task.validationRows = validation
    return task
  }

  /// How often every answer occurs.
  static func answers(of rows: [LearningTask.Row]) -> [ExactText: Int] {
    rows.reduce(into: [:]) { $0[ExactText($1.example.answer), default: 0] += 1 }
  }

  func kind(of answers: [ExactText: Int], _ form: RowForm) -> LearningTask.Kind {
    if form == .textLabels { return .severalLabels }
    if form == .textLabel || labels != nil { return .classification }
    return answers.count <= labelLimit && answers.values.allSatisfy { $0 >= 2 } ? .classification : .generation
  }

  /// The examples of a row, and where it stands.
  func rows(_ fields: RowFields, _ form: RowForm, id: String) throws -> [LearningTask.Row] {
    if self.form == nil { try form.requireAlone(fields) }
    return try form.examples(of: fields, id: id, refusesOptions: columns.pairs.isEmpty, hasTemplate: hasTemplate).map {
      LearningTask.Row(example: $0, location: fields.location)
    }
  }

  private static func conversation(_ fields: RowFields) -> StreamError {
    .field(
      fields.location.detail(
        expected: "rows of text and label, or prompt and answer, as runs of the laboratory take them",
        got: "a conversation", fix: "`accrete learn` learns conversations."))
  }

  static func noRows(_ file: RowFile) -> StreamError {
    let isTable = if case .delimited = file.container { !file.source.bytes.isEmpty } else { false }
    return .split(
      file.source.location.detail(
        expected: "at least one row", got: isTable ? "nothing below the columns' names" : "none",
        fix:
          "Write one JSON object per line, or a table with the columns' names in its first line. \(RowFields.linesOfText)"
      ))
  }
}
