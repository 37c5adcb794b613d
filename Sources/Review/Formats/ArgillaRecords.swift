import Files
import Foundation

/// Records of Argilla with a text field `text` and a label question `label`, as version 2 writes and reads them
/// (`dataset.records.to_json`); version 1's lists of suggestions and responses are read, too.
enum ArgillaRecords {
  private static let question = "label"

  /// An item as a record.
  ///
  /// - Parameters:
  ///   - item: The item.
  ///   - suggestion: What the model suggested; `nil`: it is not told.
  static func record(of item: ReviewedItem, suggestion: ShownSuggestion?) -> JSONTree {
    let responses = item.votesInForce.compactMap(response)
    return .object([
      "id": .text(item.item.id),
      "fields": .object(["text": .text(item.item.text)]),
      "metadata": item.item.task.map { .object([FormatIdentity.task: .text($0)]) } ?? .object([]),
      "suggestions": suggestion.map { suggestion in
        .object([
          question: .object([
            "value": .text(suggestion.label), "score": .number(suggestion.probability),
            "agent": .text(suggestion.model),
          ])
        ])
      } ?? .object([]),
      "responses": responses.isEmpty ? .object([]) : .object([question: .list(responses)]),
      "vectors": .object([]),
    ])
  }

  /// A vote as a response; `nil` for what the format has no place for.
  private static func response(_ vote: Vote) -> JSONTree? {
    guard vote.label != nil || vote.kind == .skip else { return nil }
    // Argilla wants a value even of what was discarded.
    return .object([
      "value": .text(vote.label ?? ""), "user_id": .text(vote.person),
      "status": .text(vote.kind == .skip ? "discarded" : "submitted"),
    ])
  }

  /// What people said of a record; drafts are no votes.
  ///
  /// - Parameter record: The record.
  /// - Throws: ``FormatError``.
  static func votes(in record: FormatRecords.Record) throws -> [ReturnedVote] {
    let fields = try FormatFields(record)
    let id = try fields["id"] == nil ? fields.text("external_id") : FormatIdentity.id(in: fields)
    let text = try fields.object("fields")?.optionalText("text")
    let sawSuggestion = !(fields["suggestions"]?.isBlank ?? true)
    return try responses(fields).compactMap { response, value in
      // An export of version 2 has no status.
      let status = try response.optionalText("status") ?? "submitted"
      let verdict: ReturnedVote.Verdict
      switch status {
      case "draft": return nil
      case "discarded": verdict = .skip(reason: "discarded in Argilla")
      case "submitted":
        guard let value else { throw response.missing("value", "a label as") }
        verdict = .label(try response.text(value, "value"))
      default:
        throw FormatError.field(
          .init(
            record.place, expected: "\"submitted\", \"draft\" or \"discarded\" as \"status\"",
            got: status.printable.debugDescription, fix: "Export with Argilla's to_json."))
      }
      return ReturnedVote(
        place: record.place, id: id, text: text, person: try response.optionalText("user_id"), verdict: verdict,
        sawSuggestion: sawSuggestion)
    }
  }

  /// The responses to our question, each with its value.
  private static func responses(_ fields: FormatFields) throws -> [(FormatFields, JSONTree?)] {
    guard let value = fields["responses"] else { return [] }
    guard case .list = value else {
      return try fields.object("responses")?.objects(question).map { ($0, $0["value"]) } ?? []
    }
    return try fields.objects("responses").map { ($0, try $0.object("values")?.object(question)?["value"]) }
  }
}
