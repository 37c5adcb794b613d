import Files
public import Foundation

extension RowReader {
  /// The most rows that gates are taken from: more would cost time and say nothing new. Where a hash decides which they are, those with the
  /// smallest hashes stay, and the others are learned from.
  public static let mostGate = 10_000

  /// Reads the rows of one task by what they are for.
  ///
  /// Rows may say `split`, all of them or none: `train`, `validation` and `test`. Without it, a hash of the text decides.
  ///
  /// - Parameter url: The file.
  /// - Parameter name: The task's name; `nil`: the file's.
  /// - Throws: ``StreamError`` that names the file and the line of what is wrong: among others a label that no learn row has.
  public func examples(_ url: URL, name: String? = nil) throws -> TaskExamples {
    let file = RowLocation(file: url.relativePath)
    let name = name ?? Self.taskName(of: url)
    guard TaskName.isPlain(name) else { throw TaskName.illegal(name, file) }
    return try examples(RowFile(url, columns: columns), name: name)
  }

  /// The same of rows that are in memory.
  ///
  /// - Parameter data: The content of a file.
  /// - Parameter url: What errors call it.
  /// - Parameter name: The task's name.
  /// - Throws: As there.
  public func examples(_ data: Data, as url: URL, name: String) throws -> TaskExamples {
    let location = RowLocation(file: url.relativePath)
    guard TaskName.isPlain(name) else { throw TaskName.illegal(name, location) }
    return try examples(RowFile(SourceFile(rows: data, location: location), columns: columns), name: name)
  }

  /// Looks at the columns of the first row alone: wrong ones can be told before a large base is loaded.
  ///
  /// - Parameter url: The file.
  /// - Throws: ``StreamError``: no form of rows has these columns, or the file is not one of rows.
  public func checkColumns(_ url: URL) throws {
    guard form == nil, !skipsUnreadable else { return }
    struct Seen: Error {}
    do {
      try RowFile(url, columns: columns).eachResult { _, fields in
        if let fields = try? fields.get() { _ = try RowForm(of: fields) }
        throw Seen()
      }
    } catch is Seen {}
  }

  /// The same reader with another instruction and cue; `nil`: as they are.
  public func asking(instruction: String?, cue: String?) -> RowReader {
    RowReader(
      instruction: instruction ?? self.instruction, cue: cue ?? self.cue, columns: columns, form: form, labels: labels,
      labelLimit: labelLimit, hasTemplate: hasTemplate, skipsUnreadable: skipsUnreadable)
  }

  /// The same reader for a base with or without a template.
  public func writing(conversations hasTemplate: Bool) -> RowReader {
    RowReader(
      instruction: instruction, cue: cue, columns: columns, form: form, labels: labels, labelLimit: labelLimit,
      hasTemplate: hasTemplate, skipsUnreadable: skipsUnreadable)
  }

  private func examples(_ rowFile: RowFile, name: String) throws -> TaskExamples {
    let file = rowFile.source.location
    var (rows, splits, form): ([LearningTask.Row], [TaskExamples.Role?], RowForm?) = ([], [], form)
    var unread = UnreadRows()
    try rowFile.eachResult { line, fields in
      do {
        let fields = try fields.get()
        let known = try form ?? RowForm(of: fields)
        let made = try self.rows(fields, known, id: fields.id() ?? "\(name)/\(fields.index)")
        let split = try Self.role(fields)
        form = known
        splits += made.map { _ in split }
        rows += made
      } catch let error as StreamError {
        unread.add(error, line: line)
      }
    }
    if let error = unread.error(skips: skipsUnreadable, of: rows.count) { throw error }
    guard let form, !rows.isEmpty else { throw Self.noRows(rowFile) }
    let (parts, origin, beyond) = try Self.parts(rows, splits, of: file)
    let learn = parts[.learn] ?? []
    let answers = Self.answers(of: learn)
    let kind = kind(of: answers, form)
    if kind == .classification { try requireLabels(rows, form, file) }
    if origin == .hash {
      try Self.requireDealt(parts[.gate] ?? [], of: rows, known: kind == .generation ? nil : answers, kind, file)
    }
    let rest = (parts[.choose] ?? []) + (parts[.gate] ?? [])
    let task = try LearningTask.checked(
      name: name, instruction: form.hasText ? instruction : "", cue: form.hasText ? cue : "",
      labels: kind == .generation ? [] : labels ?? Self.labels(answers.keys, kind), labelSource: file,
      train: learn,
      trainFile: file, test: rest, testFile: file, kind: kind)
    var (learned, chosen) = (learn.map(\.example), (parts[.choose] ?? []).map(\.example))
    if let share = origin.chooseShare { (learned, chosen) = TaskExamples.dealt(learned, share: share, kind: kind) }
    return TaskExamples(
      task: task, learn: learned, choose: chosen, gate: (parts[.gate] ?? []).map(\.example), origin: origin,
      form: rowFile.description(form), areConversations: form.isConversation && (form != .alpaca || hasTemplate),
      leftOut: (unread.count > 0 ? ["left out, as they cannot be read: \(unread.text)."] : []) + beyond)
  }

  /// The distinct labels of answers, sorted by code points.
  private static func labels(_ answers: some Sequence<ExactText>, _ kind: LearningTask.Kind) -> [String] {
    let all = kind == .severalLabels ? answers.flatMap { LabelSet(text: $0.text)?.labels ?? [] } : answers.map(\.text)
    return Set(all.map(ExactText.init)).sorted().map(\.text)
  }

  /// Says what the hash has done where it leaves a part, or a label, without rows.
  private static func requireDealt(
    _ gate: [LearningTask.Row], of rows: [LearningTask.Row], known: [ExactText: Int]?, _ kind: LearningTask.Kind,
    _ file: RowLocation
  ) throws {
    guard !gate.isEmpty else {
      let texts = Set(rows.map { ExactText(TaskExamples.key(of: $0.example)) }).count
      let alike =
        texts < rows.count
        ? ", which ask \(texts) \(texts == 1 ? "thing" : "different things") in all (a conversation: all of its questions); rows that ask the same stay together"
        : ""
      throw StreamError.split(
        file.detail(
          expected: "gate rows, which 15 % are by a hash of their text", got: "none of \(rows.count) rows\(alike)",
          fix: "Add rows with other texts (of 20 or more, each part gets some), or give every row a \"split\"."))
    }
    guard let known = known.map({ Set(labels($0.keys, kind).map(ExactText.init)) }) else { return }
    func unknown(_ row: LearningTask.Row) -> String? {
      labels([ExactText(row.example.answer)], kind).first { !known.contains(ExactText($0)) }
    }
    guard let alone = gate.first(where: { unknown($0) != nil }), let label = unknown(alone) else { return }
    throw StreamError.field(
      alone.location(in: file).detail(
        expected: "a label with rows to learn from",
        got: "\(quoted(label)), whose rows are all gate rows",
        fix: (known.map(\.text).sorted(by: String.byCodePoints).closest(to: label).map { "Is it \(quoted($0))? Else: " }
          ?? "")
          + "a hash of the text makes 15 % gate rows: add rows of this label, or give every row a \"split\"."))
  }

  /// What a row says that it is for, as other programs say it, too; `nil`: it says nothing.
  ///
  /// - Throws: ``StreamError/field(_:)`` for another word.
  static func role(_ row: RowFields) throws -> TaskExamples.Role? {
    guard row.has("split") else { return nil }
    let value = try row.text("split")
    let names: [TaskExamples.Role: [String]] = [
      .learn: ["train", "training"], .choose: ["validation", "dev", "valid", "val"], .gate: ["test"],
    ]
    guard let role = names.first(where: { $0.value.contains { $0.hasSameCodePoints(as: value.lowercased()) } })?.key
    else {
      throw row.wrong(
        "split", got: quoted(value), fix: "Write \"train\", \"validation\" (or \"dev\", \"valid\") or \"test\".")
    }
    return role
  }

  /// The rows with the smallest hashes of their texts, and the others, both in their order: the file's order moves no text from one to the
  /// other. Of a text at the border, rows beyond the limit are in neither.
  ///
  /// - Parameter most: How many rows the first part has at most.
  static func firstByHash(
    _ most: Int, of rows: [LearningTask.Row]
  ) -> (first: [LearningTask.Row], rest: [LearningTask.Row]) {
    guard rows.count > most else { return (rows, []) }
    let positions = rows.map { TaskExamples.position(of: $0.example) }
    let order = rows.indices.sorted { (positions[$0], $0) < (positions[$1], $1) }
    let first = order.prefix(most)
    guard let last = first.last else { return ([], rows) }
    let rest = order.dropFirst(most).drop { positions[$0] == positions[last] }
    return (first.sorted().map { rows[$0] }, rest.sorted().map { rows[$0] })
  }

  private static func parts(
    _ rows: [LearningTask.Row], _ splits: [TaskExamples.Role?], of file: RowLocation
  ) throws -> ([TaskExamples.Role: [LearningTask.Row]], TaskExamples.Origin, leftOut: [String]) {
    let isStated = splits.contains { $0 != nil }
    if isStated, let silent = splits.firstIndex(of: nil) {
      throw StreamError.field(
        rows[silent].location(in: file).detail(
          expected: "a string \"split\"", got: "none, though other rows have it",
          fix: "Give every row a \"split\", or none of them."))
    }
    let hasValidation = splits.contains(.choose)
    var parts: [TaskExamples.Role: [LearningTask.Row]] = [:]
    for (row, split) in zip(rows, splits) {
      let role = split ?? (TaskExamples.isGate(row.example) ? .gate : .learn)
      parts[role, default: []].append(row)
    }
    var leftOut: [String] = []
    if isStated {
      let limits = [("validation", TaskExamples.Role.choose, TaskExamples.mostChoose), ("test", .gate, mostGate)]
      for (split, role, most) in limits {
        guard let all = parts[role], all.count > most else { continue }
        parts[role] = Array(all.prefix(most))
        leftOut.append("left out: \(all.count - most) of \(all.count) \(split) rows; the first \(most) are enough.")
      }
    } else if let all = parts[.gate] {
      let (gate, learn) = firstByHash(mostGate, of: all)
      parts[.gate] = gate
      parts[.learn, default: []] += learn
    }
    parts[.learn]?.sort { $0.example.index < $1.example.index }
    return (parts, isStated ? (hasValidation ? .file : .fileWithoutValidation) : .hash, leftOut)
  }
}

/// Rows of a file that cannot be read: all of them are told at once.
private struct UnreadRows {
  private(set) var count = 0
  private var (first, lines): (StreamError?, [Int]) = (nil, [])

  mutating func add(_ error: StreamError, line: Int) {
    count += 1
    first = first ?? error
    if lines.count < 10 { lines.append(line) }
  }

  /// How many, and where.
  var text: String {
    let numbers = lines.map(String.init).joined(separator: ", ") + (count > lines.count ? ", …" : "")
    return "\(count) \(count == 1 ? "row" : "rows") (\(lines.count == 1 ? "line" : "lines") \(numbers))"
  }

  /// What is wrong with the first, and how many more there are; `nil`: there is none, or they are left out.
  ///
  /// - Parameter read: How many can be read.
  func error(skips: Bool, of read: Int) -> StreamError? {
    guard let first, !skips || read == 0 else { return nil }
    // Where none can be read, what is wrong with the first is wrong with all.
    guard read > 0 else { return first }
    let more = count > 1 ? " \(text) cannot be read, all in all." : ""
    let all = first.fixed(by: "\(first.detail.fix)\(more) --skip-unreadable leaves such rows out.")
    // Other rows have the columns that the first lacks.
    if case .option(let detail) = all { return StreamError.field(detail) }
    return all
  }
}
