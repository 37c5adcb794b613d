import Files
import Foundation

/// Tasks of Prodigy: a line for each vote, or one for an item without votes ([hashes](https://support.prodi.gy/t/difference-between-input-hash-and-task-hash/3220/2)).
enum ProdigyTasks {
  /// An item as tasks.
  ///
  /// - Parameters:
  ///   - item: The item.
  ///   - suggestion: What the model suggested; `nil`: it is not told.
  static func tasks(of item: ReviewedItem, suggestion: ShownSuggestion?) -> [JSONTree] {
    let votes = item.votesInForce.filter { $0.label != nil || $0.kind == .skip }
    guard !votes.isEmpty else { return [task(item, suggestion, label: suggestion?.label)] }
    return votes.map { vote in
      var task = task(item, suggestion, label: vote.label ?? suggestion?.label)
      task["answer"] = .text(vote.kind == .skip ? "ignore" : "accept")
      task["_annotator_id"] = .text(vote.person)
      task["_timestamp"] = .integer(Int(saturating: vote.at.timeIntervalSince1970))
      return task
    }
  }

  private static func task(_ item: ReviewedItem, _ suggestion: ShownSuggestion?, label: String?) -> JSONTree {
    let text = item.item.text
    var task = JSONTree.object([
      "text": .text(text), "_input_hash": .integer(hash([text])), "_task_hash": .integer(hash([text, label ?? ""])),
      FormatIdentity.id: .text(item.item.id),
    ])
    task[FormatIdentity.task] = item.item.task.map { .text($0) }
    task["label"] = label.map { .text($0) }
    task["meta"] = suggestion.map { .object(["score": .number($0.probability), "model": .text($0.model)]) }
    return task
  }

  /// A number that is the same for equal texts. Prodigy takes tasks with equal numbers for one; it keeps the numbers that a task comes with.
  ///
  /// 53 bits, which every reader of JSON holds exactly: of the 32 that Prodigy itself uses, two of 100,000 items would share one more often
  /// than not.
  private static func hash(_ texts: [String]) -> Int {
    let joined = texts.map { "\($0.utf8.count):\($0)" }.joined()
    return Digest(of: Data(joined.utf8)).bytes.prefix(7).reduce(0) { $0 << 8 | Int($1) } >> 3
  }

  /// What a person said of a task; nothing where it was not answered.
  ///
  /// - Parameter record: The task.
  /// - Throws: ``FormatError``.
  static func votes(in record: FormatRecords.Record) throws -> [ReturnedVote] {
    let task = try FormatFields(record)
    guard let answer = try task.optionalText("answer") else { return [] }
    return [
      ReturnedVote(
        place: record.place, id: try FormatIdentity.id(in: task), text: try task.optionalText("text"),
        person: try task.optionalText("_annotator_id") ?? task.optionalText("_session_id"),
        verdict: try verdict(task, answer), sawSuggestion: try task.object("meta")?["score"] != nil,
        at: try task.number("_timestamp").map { Date(timeIntervalSince1970: $0) })
    ]
  }

  private static func verdict(_ task: FormatFields, _ answer: String) throws -> ReturnedVote.Verdict {
    switch answer {
    case "ignore": return .skip(reason: "ignored in Prodigy")
    // With choices, what was rejected is the whole task.
    case "reject":
      return task["options"] == nil ? .notLabel(try task.text("label")) : .skip(reason: "rejected in Prodigy")
    case "accept":
      guard task["accept"] != nil else { return .label(try task.text("label")) }
      let chosen = try task.list("accept")
      guard chosen.count == 1, let label = chosen.first else {
        throw FormatError.label(
          .init(
            task.place, expected: "one choice \"accept\"", got: "\(chosen.count)",
            fix: "Let people choose exactly one (\"choice_style\": \"single\"), or ignore the task."))
      }
      return .label(try task.text(label, "accept"))
    default:
      throw FormatError.field(
        .init(
          task.place, expected: "\"accept\", \"reject\" or \"ignore\" as \"answer\"",
          got: answer.printable.debugDescription, fix: "Export with Prodigy's db-out."))
    }
  }
}
