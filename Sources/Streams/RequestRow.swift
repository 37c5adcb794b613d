import Files
public import Foundation

/// A line that asks for an answer: `{"text": …}` or `{"prompt": …}`, with an `id`
/// and an `instruction` if it has them. What else stands in it is kept as it is.
public struct RequestRow: Sendable {
  /// The row's own id; `nil`: it has none.
  public let id: String?
  /// What the model is asked.
  public let text: String
  /// The instruction that it comes with: that of a task finds the task. `nil`: it comes alone.
  public let instruction: String?
  /// Its line as it came: one JSON object.
  public let json: String
  /// The line, counted from 1.
  public let line: Int
  /// What the row itself calls the right answer; `nil`: it does not say.
  public let answer: String?

  /// Reads one line.
  ///
  /// - Parameter bytes: The line without its line feed.
  /// - Parameter line: Its number, from 1.
  /// - Parameter file: What errors call the file.
  /// - Throws: ``StreamError`` that names the line.
  public init(_ bytes: Data, line: Int, file: String) throws {
    let place = Place(file: file, line: line)
    let source = try SourceFile(bytes, place: place)
    var nesting = JSONNesting()
    for byte in source.bytes {
      _ = nesting.read(byte)
      guard nesting.depth <= SourceFile.Limit.depth else {
        throw StreamError.json(
          place.detail(
            expected: "at most \(SourceFile.Limit.depth) nested brackets", got: "more", fix: "Remove what is nested."))
      }
    }
    let fields = try RowFields(RawRow(place: place, index: line - 1, range: source.bytes.indices), of: source)
    guard fields.has("text") != fields.has("prompt") else {
      throw StreamError.field(
        place.detail(
          expected: "a field \"text\", or \"prompt\"", got: fields.names.isEmpty ? "none" : listed(fields.names),
          fix: "Give every row one of the two."))
    }
    id = try fields.id()
    text = fields.has("text") ? try fields.text("text").stripped : try fields.text("prompt")
    answer = fields.has("label") ? try fields.text("label") : fields.has("answer") ? try fields.text("answer") : nil
    instruction = fields.has("instruction") ? try fields.text("instruction") : nil
    json = String(decoding: source.bytes, as: UTF8.self)
    self.line = line
  }

  /// A text that somebody typed.
  public init(text: String) throws {
    guard !text.stripped.isEmpty else {
      throw StreamError.field(
        Place(file: "the text").detail(expected: "words", got: "a blank text", fix: "Give the text to answer."))
    }
    self.text = text
    (id, answer, instruction, line) = (nil, nil, nil, 1)
    json = String(decoding: try JSONFile.encode(["text": text], pretty: false), as: UTF8.self)
  }
}
