import Files
import Foundation
import Review
import Streams

/// An item as a file, a pipe or `--text` gives it.
struct SubmittedItem {
  let item: IntakeItem
  /// What its row is asked.
  let row: RequestRow

  /// Fields that mean something; others are passed over.
  static let fields = ["id", "task", "text", "prompt", "instruction", "source", "created", "meta"]

  /// - Parameters:
  ///   - row: The row.
  ///   - task: The task of all rows; `nil`: each says its own, or has to be found.
  ///   - file: What errors call the file.
  /// - Throws: ``FormatError`` for a field of another type.
  init(_ row: RequestRow, task: String?, file: String) throws {
    self.row = row
    let place = FormatPlace(file: file, line: row.line)
    guard !row.isConversation else {
      throw FormatError.field(
        .init(
          place, expected: "a text that people can look at", got: "a conversation",
          fix: "Give what is to be decided as \"text\"."))
    }
    let fields = try FormatFields(try JSONTree(Data(row.json.utf8)), at: place)
    let named = try task ?? fields.optionalText("task")
    item = IntakeItem(
      id: row.id ?? Self.id(of: row.text), task: named.flatMap { $0.isEmpty || $0 == "auto" ? nil : $0 },
      text: row.text,
      source: try fields.optionalText("source").flatMap { $0.isEmpty ? nil : $0 },
      created: try Self.isBlank(fields["created"]) ? nil : fields.time("created"),
      meta: try Self.isBlank(fields["meta"]) ? [:] : fields.texts("meta"))
  }

  /// The id of an item that comes without one: equal texts have the same, so that one that comes again is answered as before.
  private static func id(of text: String) -> String { "text-" + Digest(of: Data(text.utf8)).hexadecimal.prefix(24) }

  /// An empty cell of a table is no value.
  private static func isBlank(_ value: JSONTree?) -> Bool { value?.string?.isEmpty ?? (value == nil) }
}
