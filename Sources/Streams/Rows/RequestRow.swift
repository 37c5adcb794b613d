public import Files
public import Foundation

/// A row of a file, or a line of a stream, that asks for nothing that can be answered.
public struct RequestProblem: AccreteError {
  /// Its line, from 1.
  public let line: Int
  /// What is wrong with it.
  public let error: any Error
  /// The row's own id, and whether it is written as a number; `nil`: it has none, or none that can be read.
  public let id: (text: String, isNumber: Bool)?
  /// Of a table: its columns, and what they hold.
  public let columns: [String]
  public let cells: [String]

  /// A line that cannot be read.
  public init(line: Int, error: any Error) {
    self.line = line
    self.error = error
    (id, columns, cells) = (nil, [], [])
  }

  /// A row that was read, and whose text cannot be answered.
  public init(_ row: RequestRow, error: any Error) {
    line = row.line
    self.error = error
    id = row.id.map { ($0, row.hasNumericId) }
    (columns, cells) = (row.columns, row.cells)
  }

  /// A row whose fields can be read, and do not ask.
  init(_ fields: RowFields, line: Int, error: any Error, columns: [String]) {
    self.line = line
    self.error = error
    id = (try? fields.id()).flatMap { $0.map { ($0, fields.hasNumericId) } }
    let isOfTable = fields.range == nil
    self.columns = isOfTable ? columns : []
    cells = isOfTable ? fields.written.map(\.value.cell) : []
  }

  public var text: String { "\(error)" }

  public var category: ErrorCategory { ErrorCategory(of: error) }
  public var description: String { text.onOneLine }
}

/// A row that asks for an answer: `text`, `prompt`, or a conversation (a `prompt` that is a list of messages is one), with an `id` and an `instruction` if it has them. What else stands in
/// it is kept as it is.
public struct RequestRow: Sendable {
  /// The row's own id; `nil`: it has none.
  public let id: String?
  /// Whether the id is written as a number.
  public let hasNumericId: Bool
  /// What the model is asked; of a conversation its ``Conversation/text``.
  public let text: String
  /// Whether it is asked as a conversation. The last turn of the model is not asked but its ``answer``.
  public let isConversation: Bool
  /// The same as a prompt for a task that learned without a template, as rows in Alpaca's form have it; `nil`: there is none.
  public let prompt: String?
  /// The instruction that it comes with: that of a task finds the task. `nil`: it comes alone.
  public let instruction: String?
  /// Its line as it came: one JSON object.
  public let json: String
  /// Of a table: its columns, as the file has them, and what they hold; else empty.
  public private(set) var columns: [String]
  public let cells: [String]
  /// The line, counted from 1.
  public let line: Int
  /// What the row itself calls the right answer; `nil`: it does not say.
  public let answer: String?
  /// Whether it has a field for the answer, with nothing in it.
  public private(set) var hasEmptyAnswer = false
  /// What the row itself calls its labels, where it may have several, or what is wrong with them; `nil`: it does not say.
  public let labels: Result<LabelSet, StreamError>?

  /// Reads one line.
  ///
  /// - Parameter bytes: The line without its line feed.
  /// - Parameter line: Its number, from 1.
  /// - Parameter file: What errors call the file.
  /// - Parameter columns: Which of its fields stand for ours.
  /// - Parameter labelled: Whether it has to say what is right, too: advice on columns names that one as well.
  /// - Throws: ``StreamError`` that names the line.
  public init(
    _ bytes: Data, line: Int, file: String, columns: ColumnNames = ColumnNames(), labelled: Bool = false
  ) throws {
    let location = RowLocation(file: file, line: line)
    let source = try SourceFile(bytes, location: location)
    var nesting = JSONNesting()
    for byte in source.bytes {
      _ = nesting.read(byte)
      try source.requireDepth(nesting.depth, at: location)
    }
    let fields = try RowFields(RawRow(location: location, index: line - 1, range: source.bytes.indices), of: source)
    try self.init(
      fields.named(by: columns.asked), json: Self.onOneLine(source.bytes[...]), line: line, labelled: labelled)
  }

  /// - Parameter columns: The names of a table's columns, where they are known: thousands of rows share them.
  private init(_ given: RowFields, json: String, line: Int, columns: [String]? = nil, labelled: Bool) throws {
    let fields = given.isEmpty("output") ? given.without("output") : given
    let asking = ["text", "prompt", "messages", "conversations"].filter(fields.has)
    let isAlpaca = asking.isEmpty && fields.has("instruction")
    guard asking.count == 1 || isAlpaca else {
      let lacksAnswer = labelled && !["label", "labels", "answer", "completion"].contains(where: fields.has)
      throw StreamError.field(
        fields.headLocation.detail(
          expected:
            "one field \"text\", \"prompt\", \"messages\" or \"conversations\", or \"instruction\""
            + (lacksAnswer ? ", and a \"label\" or \"answer\" to compare with" : ""),
          got: fields.names.isEmpty ? "none" : listed(fields.names),
          fix: fields.has("role") && fields.has("content")
            ? "Wrap the turns: {\"messages\": […]}."
            : fields.unwrapping
              ?? "Give every row one of them, or say which column it is: --columns text=COLUMN\(lacksAnswer ? ",label=COLUMN" : "")."
              + (fields.range == nil ? " The first line of a table has the columns' names." : "")
              + (fields.isPlainText ? " \(RowFields.linesOfText)" : "")
        ))
    }
    id = try fields.id()
    hasNumericId = fields.hasNumericId
    let form: RowForm? =
      switch asking.first {
      case nil: .alpaca
      case "messages": .messages
      case "conversations": .sharegpt
      case "prompt": fields.hasMessages(in: "prompt") ? .promptMessages : nil
      default: nil
      }
    if let form {
      let asked = try Conversation.read(fields, form).conversation.asked
      guard asked.conversation.turns.contains(where: { !$0.isSystem }) else {
        throw Conversation.wrong(fields, form.fields.text, "nothing that is asked", "Add what the user says.")
      }
      (text, answer, isConversation) = (asked.conversation.text, asked.answer, true)
      prompt = isAlpaca ? try Conversation.question(ofAlpaca: fields) + "\n" : nil
    } else {
      text = fields.has("text") ? try fields.text("text").stripped : try fields.text("prompt")
      // An empty cell, or null, is an answer that nobody has given yet.
      let given = ["label", "answer", "completion"].filter(fields.has)
      let answer = given.first { !fields.isEmpty($0) }
      hasEmptyAnswer = answer == nil && !given.isEmpty
      // A table of answers has both columns, and one of them is empty.
      self.answer = fields.has("labels") ? answer.flatMap { try? fields.label($0) } : try answer.map(fields.label)
      (isConversation, prompt) = (false, nil)
    }
    labels = fields.has("labels") ? Result { () throws(StreamError) in try fields.requestLabels() } : nil
    instruction = fields.has("instruction") && !isAlpaca ? try fields.text("instruction") : nil
    self.json = json
    self.line = line
    let isOfTable = fields.range == nil
    self.columns = isOfTable ? columns ?? fields.written.map(\.name.text) : []
    cells = isOfTable ? fields.written.map(\.value.cell) : []
  }

  /// Reads a file of requests in any form of rows.
  ///
  /// - Parameter url: The file.
  /// - Parameter columns: Which of its columns stand for ours.
  /// - Parameter labelled: Whether a row has to say what is right, too: advice on columns names that one as well.
  /// - Returns: Each row, or what is wrong with it; why the file could not be read further: `nil`: these are all; and what separates the
  ///   columns of a table.
  /// - Throws: ``StreamError`` for a file that cannot be read at all.
  public static func read(
    _ url: URL, columns: ColumnNames = ColumnNames(), labelled: Bool = false
  ) throws -> (rows: [Result<RequestRow, RequestProblem>], end: (any Error)?, separator: UInt8?) {
    try read(RowFile(url, columns: columns.asked), labelled: labelled)
  }

  /// The same of what came through a pipe.
  ///
  /// - Parameter data: All of it.
  /// - Parameter name: What errors call it.
  /// - Parameter columns: Which of its columns stand for ours.
  /// - Parameter labelled: As there.
  /// - Throws: As there.
  public static func read(
    _ data: Data, as name: String, columns: ColumnNames = ColumnNames(), labelled: Bool = false
  ) throws -> (rows: [Result<RequestRow, RequestProblem>], end: (any Error)?, separator: UInt8?) {
    try read(
      RowFile(SourceFile(rows: data, location: RowLocation(file: name)), columns: columns.asked), labelled: labelled)
  }

  private static func read(
    _ file: RowFile, labelled: Bool
  ) throws -> (rows: [Result<RequestRow, RequestProblem>], end: (any Error)?, separator: UInt8?) {
    var (rows, unread) = ([Result<RequestRow, RequestProblem>](), 0)
    var (names, columns): ([[UInt8]], [String]) = ([], [])
    do {
      try file.eachResult { line, fields in
        do {
          let fields = try fields.get()
          // Arrays that share their storage compare equal at once, and all rows of a table share their names.
          if fields.range == nil, !fields.written.elementsEqual(names, by: { $0.name == $1 }) {
            names = fields.written.map(\.name)
            columns = names.map(\.text)
          }
          rows.append(
            .success(
              try RequestRow(
                fields, json: json(of: fields, in: file.source), line: line, columns: columns, labelled: labelled)))
        } catch {
          unread += 1
          guard unread <= mostUnread else {
            throw StreamError.file(
              RowLocation(file: file.source.location.file, line: line).detail(
                expected: "at most \(mostUnread) rows that cannot be read", got: "one more (\(error))",
                fix: "The rest was not looked at. Check the separator, and which columns there are."))
          }
          let known = try? fields.get()
          rows.append(
            .failure(
              known.map { RequestProblem($0, line: line, error: error, columns: columns) }
                ?? RequestProblem(line: line, error: error)))
        }
      }
    } catch {
      return (rows, error, file.container.separator)
    }
    // A text of one line would be taken for a head, and nothing be said of it.
    if rows.isEmpty, case .delimited = file.container {
      throw RowReader.noRows(file)
    }
    return (rows, nil, file.container.separator)
  }

  /// Rows of a file that may be wrong, each by itself; with one more the whole of it is. What is wrong with a row takes more memory than
  /// the row.
  private static let mostUnread = 1_000

  /// Whether a file has anything else than a JSON object on each line: these can be answered as they come.
  ///
  /// - Parameter url: The file.
  /// - Throws: `FileError`.
  public static func needsAllOf(_ url: URL) throws -> Bool {
    var piece = try RegularFile(url).next()
    if piece.starts(with: [0xEF, 0xBB, 0xBF]) { piece.removeFirst(3) }
    return GzipInput.isGzipped(piece) || ForeignFormat.of(piece, path: url.path) != nil
      || RowContainer(of: piece, name: url.lastPathComponent) != .lines
  }

  /// Whether what a pipe begins with is a table, an array or packed, and no JSON object on each line: a table has a column that is asked.
  ///
  /// - Parameter piece: The first bytes.
  /// - Parameter columns: Which of its columns stand for ours.
  public static func isWhole(_ piece: [UInt8], columns: ColumnNames) -> Bool {
    if GzipInput.isGzipped(piece) { return true }
    let text = piece.starts(with: [0xEF, 0xBB, 0xBF]) ? piece.dropFirst(3) : piece[...]
    switch RowContainer(of: text, name: "") {
    case .lines: return false
    case .array: return true
    case .delimited(let separator):
      let head = text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
      let names = head.split(separator: separator).map {
        String(decoding: $0, as: UTF8.self).trimmingCharacters(in: CharacterSet(charactersIn: " \""))
      }
      let asked = ["text", "prompt", "messages", "conversations", "instruction"] + columns.pairs.map(\.theirs)
      // Of any other table the names of its columns are told, unless objects follow what is only a line that went wrong.
      let isTable =
        names.count > 1 && !text.split(separator: UInt8(ascii: "\n")).contains { $0.first == UInt8(ascii: "{") }
      return isTable || names.contains { name in asked.contains { $0.hasSameCodePoints(as: name) } }
    }
  }

  /// What is wrong with a whole file, where its first line alone does not tell: one object over several lines, with the rows in it.
  ///
  /// - Parameter url: The file.
  public static func problem(ofWhole url: URL) -> (any Error)? {
    (try? RowFile(url))?.problemOfWhole()
  }

  /// The names of its fields, as the file has them.
  public var names: [String] {
    guard columns.isEmpty else { return columns }
    guard case .object(let members)? = try? JSONTree(Data(json.utf8)) else { return [] }
    return members.map { $0.name.text }
  }

  /// A row on one line: as it stands in the file, or the fields of a table.
  private static func json(of fields: RowFields, in source: SourceFile) throws -> String {
    if let range = fields.range { return onOneLine(source.bytes[range]) }
    func encoded(_ text: [UInt8]) throws -> String {
      String(decoding: try JSONFile.encode(String(decoding: text, as: UTF8.self), pretty: false), as: UTF8.self)
    }
    let members = try fields.written.map { member -> String in
      guard case .text(let text) = member.value else { return "" }
      return "\(try encoded(member.name)):\(try encoded(text))"
    }
    return "{\(members.joined(separator: ","))}"
  }

  /// An object as it came, without line ends and tabs between its values; inside of a text they are written \n and \t.
  private static func onOneLine(_ json: ArraySlice<UInt8>) -> String {
    let bytes = json.map { $0 < UInt8(ascii: " ") ? UInt8(ascii: " ") : $0 }
    return String(decoding: bytes[..<(bytes.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0)], as: UTF8.self)
  }

  /// A text that somebody typed.
  public init(text: String) throws {
    guard !text.stripped.isEmpty else {
      throw StreamError.field(
        RowLocation(file: "the text").detail(expected: "words", got: "a blank text", fix: "Give the text to answer."))
    }
    // As of rows of files: white space around a text is not part of it.
    self.text = text.stripped
    (id, hasNumericId, isConversation, prompt) = (nil, false, false, nil)
    (answer, labels, instruction, columns, cells, line) = (nil, nil, nil, [], [], 1)
    json = String(decoding: try JSONFile.encode(["text": text], pretty: false), as: UTF8.self)
  }
}

extension [UInt8] {
  fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}

extension JSONTree {
  /// A cell of a table.
  fileprivate var cell: String { if case .text(let bytes) = self { bytes.text } else { "" } }
}
