import Files
public import Foundation

/// Our own form: a JSON object for each item, with everything that is known of it. What is written is read back the same.
public enum AccreteItems {
  /// An item that is submitted: `{"id","task","text","source","created","meta"}`, of which only `id` and `text` must be there; `auto` as
  /// task means that it has to be found.
  ///
  /// - Parameter record: The record.
  /// - Throws: ``FormatError`` also for a field that there is not: one that is misspelled would be passed over without a word.
  public static func intake(_ record: FormatRecords.Record) throws -> IntakeItem {
    let fields = try FormatFields(record)
    try fields.requireOnly(["id", "task", "text", "source", "created", "meta"])
    let task = try fields.optionalText("task")
    return IntakeItem(
      id: try fields.text("id"), task: task.flatMap { $0.hasSameCodePoints(as: "auto") ? nil : $0 },
      text: try fields.text("text"), source: try fields.optionalText("source"), created: try fields.time("created"),
      meta: try fields.texts("meta"))
  }

  /// An item that is submitted, on one line without its end.
  ///
  /// - Parameter item: The item.
  public static func line(of item: IntakeItem) -> Data {
    var tree = JSONTree.object(["id": .text(item.id), "task": .text(item.task ?? "auto"), "text": .text(item.text)])
    tree["source"] = item.source.map { .text($0) }
    tree["created"] = item.created.map { .text(Timestamp.text($0)) }
    if !item.meta.isEmpty {
      tree["meta"] = .object(
        item.meta.sorted { ExactText($0.key) < ExactText($1.key) }.map { JSONTree.Member($0.key, .text($0.value)) })
    }
    return Data(tree.json)
  }

  /// An item with all that is known of it.
  ///
  /// - Parameter record: The record.
  /// - Throws: ``FormatError``, also for what would be lost if it were written again.
  public static func reviewed(_ record: FormatRecords.Record) throws -> ReviewedItem {
    let item: ReviewedItem
    do {
      item = try JSONFile.decode(
        ReviewedItem.self, from: Data(record.tree.json), path: record.place.file, dates: .timestamp)
    } catch FileError.malformedJSON(_, let reason) {
      throw FormatError.field(
        .init(
          record.place, expected: "an item with all that is known of it, in the form accrete", got: reason,
          fix: "Export it again, or name the form that the file has."))
    }
    let written = try JSONTree(Data(line(of: item)))
    if let other = field(of: record.tree, missingIn: written) {
      throw FormatError.field(
        .init(
          record.place, expected: "only fields of the form accrete",
          got: "the field \(other.printable.debugDescription)",
          fix: "Remove it, or name the form that the file has."))
    }
    return item
  }

  /// An item with all that is known of it, on one line without its end.
  static func line(of item: ReviewedItem) throws -> [UInt8] {
    [UInt8](try JSONFile.encode(item, pretty: false, dates: .timestamp))
  }

  /// The path of the first field that the other tree has not; `nil`: it has all of them.
  private static func field(of tree: JSONTree, missingIn other: JSONTree) -> String? {
    switch (tree, other) {
    case (.object(let members), .object):
      for member in members where member.value != .null {
        guard let value = other[member.key] else { return member.key }
        if let inner = field(of: member.value, missingIn: value) { return "\(member.key).\(inner)" }
      }
      return nil
    case (.list(let values), .list(let others)):
      return zip(values, others).lazy.compactMap { field(of: $0, missingIn: $1) }.first
    default: return nil
    }
  }

  /// What people said of an item.
  static func votes(in record: FormatRecords.Record) throws -> [ReturnedVote] {
    let reviewed = try reviewed(record)
    return reviewed.votesInForce.compactMap { vote in
      let verdict: ReturnedVote.Verdict
      if let label = vote.label {
        verdict = .label(label)
      } else if vote.kind == .skip {
        verdict = .skip(reason: vote.reason ?? "skipped")
      } else {
        return nil
      }
      return ReturnedVote(
        place: record.place, id: reviewed.item.id, text: reviewed.item.text, person: vote.person, verdict: verdict,
        milliseconds: vote.milliseconds, sawSuggestion: vote.sawSuggestion, adjudicates: vote.kind == .adjudicate,
        at: vote.at)
    }
  }
}
