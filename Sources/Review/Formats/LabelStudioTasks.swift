import Files
import Foundation

/// Tasks of Label Studio with predictions and annotations ([format](https://labelstud.io/guide/task_format.html)), for a project that shows
/// `$text` as `text` and asks with single choices called `label`.
///
/// Its export as JSON comes back; JSON-MIN has no room for the annotations of several people and is refused.
enum LabelStudioTasks {
  /// The names of what is asked and of what is shown in the project's labeling setup.
  private static let (control, object) = ("label", "text")

  /// An item as a task.
  ///
  /// - Parameters:
  ///   - item: The item.
  ///   - suggestion: What the model suggested; `nil`: it is not told.
  static func task(of item: ReviewedItem, suggestion: ShownSuggestion?) -> JSONTree {
    .object([
      "data": .object([
        object: .text(item.item.text), FormatIdentity.id: .text(item.item.id),
        FormatIdentity.task: item.item.task.map { .text($0) } ?? .null,
      ]),
      "predictions": .list(
        suggestion.map { suggestion in
          [
            .object([
              "model_version": .text(suggestion.model), "score": .number(suggestion.probability),
              "result": result(suggestion.label),
            ])
          ]
        } ?? []),
      "annotations": .list(item.votesInForce.compactMap(annotation)),
    ])
  }

  /// A vote as an annotation; `nil` for what the format has no place for.
  private static func annotation(_ vote: Vote) -> JSONTree? {
    guard vote.label != nil || vote.kind == .skip else { return nil }
    return .object([
      "completed_by": .object(["email": .text(vote.person)]),
      "lead_time": vote.milliseconds.map { .number(Double($0) / 1000) } ?? .null,
      "was_cancelled": .boolean(vote.kind == .skip),
      "ground_truth": .boolean(vote.kind == .adjudicate),
      "created_at": .text(Timestamp.text(vote.at)),
      "result": vote.label.map(result) ?? .list([]),
    ])
  }

  private static func result(_ label: String) -> JSONTree {
    .list([
      .object([
        "from_name": .text(control), "to_name": .text(object), "type": .text("choices"),
        "value": .object(["choices": .list([.text(label)])]),
      ])
    ])
  }

  /// What people said of a task.
  ///
  /// - Parameter record: The task.
  /// - Throws: ``FormatError``.
  static func votes(in record: FormatRecords.Record) throws -> [ReturnedVote] {
    let task = try FormatFields(record)
    guard let data = try task.object("data") else {
      throw task.missing(
        "data", "an object", fix: "Export the project as JSON: JSON-MIN and CSV do not say who annotated what.")
    }
    let id = try FormatIdentity.id(in: data, own: nil)
    let text = try data.optionalText(object)
    let sawSuggestion = try !task.list("predictions").isEmpty
    return try task.objects("annotations").map { annotation in
      let isSkipped = try annotation.flag("was_cancelled")
      return ReturnedVote(
        place: record.place, id: id, text: text, person: try person(annotation),
        verdict: isSkipped ? .skip(reason: "cancelled in Label Studio") : .label(try label(annotation)),
        milliseconds: try annotation.number("lead_time").map { Int(saturating: max($0 * 1000, 0).rounded()) },
        sawSuggestion: sawSuggestion, adjudicates: try annotation.flag("ground_truth"),
        at: try annotation.time("created_at"))
    }
  }

  /// Label Studio names people by number, by address, or with all that it knows of them.
  private static func person(_ annotation: FormatFields) throws -> String? {
    let name = "completed_by"
    guard let value = annotation[name] else { return nil }
    if let number = value.integer { return "label-studio-\(number)" }
    guard let known = value.string else { return try annotation.object(name)?.optionalText("email") }
    return known
  }

  private static func label(_ annotation: FormatFields) throws -> String {
    let results = try annotation.objects("result").filter { try $0.optionalText("type") == "choices" }
    let named = try results.filter { try $0.optionalText("from_name") == control }
    let place = annotation.place
    guard let result = named.count == 1 ? named.first : results.first, named.count == 1 || results.count == 1 else {
      throw FormatError.label(
        .init(
          place, expected: "one answer of the choices \"\(control)\" in an annotation",
          got: results.isEmpty ? "none" : "\(results.count)",
          fix: "Call the choices \"\(control)\" in the project's setup, and annotate or skip every task."))
    }
    let choices = try result.object("value")?.list("choices") ?? []
    guard choices.count == 1, let choice = choices.first else {
      throw FormatError.label(
        .init(
          place, expected: "one choice", got: "\(choices.count)",
          fix: "Let the project allow a single choice (choice=\"single\")."))
    }
    return try result.text(choice, "choices")
  }
}
