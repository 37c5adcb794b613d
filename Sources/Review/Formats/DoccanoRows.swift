import Files

/// Rows of doccano's JSONL for text classification: `{"id","text","label":[…]}`. It has no room for several people, times or suggestions.
enum DoccanoRows {
  /// An item as a row, with its final label, or that of its last vote.
  ///
  /// - Parameter item: The item.
  static func row(of item: ReviewedItem) -> JSONTree {
    let label = item.finalLabel ?? item.votesInForce.last { $0.label != nil }?.label
    var row = JSONTree.object([
      "id": .text(item.item.id), "text": .text(item.item.text), "label": .list(label.map { [.text($0)] } ?? []),
      // doccano numbers its rows anew and keeps this one.
      FormatIdentity.id: .text(item.item.id),
    ])
    row[FormatIdentity.task] = item.item.task.map { .text($0) }
    return row
  }

  /// What a person said of a row; nothing where it has no label.
  ///
  /// - Parameter record: The row.
  /// - Throws: ``FormatError``.
  static func votes(in record: FormatRecords.Record) throws -> [ReturnedVote] {
    let row = try FormatFields(record)
    // Earlier versions call the field in the plural.
    let name = row["label"] == nil ? "labels" : "label"
    let labels = try row.list(name)
    guard let label = labels.first else { return [] }
    guard labels.count == 1 else {
      throw FormatError.label(
        .init(
          record.place, expected: "one label", got: "\(labels.count)",
          fix: "Make the project one with a single class (\"Allow single label\"), and correct this row."))
    }
    return [
      ReturnedVote(
        place: record.place, id: try FormatIdentity.id(in: row), text: try row.optionalText("text"), person: nil,
        verdict: .label(try row.text(label, name)))
    ]
  }
}
