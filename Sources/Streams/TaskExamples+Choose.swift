import Files
import Foundation

extension TaskExamples {
  /// The most rows that choices rest on: more would cost time and say nothing new.
  public static let mostChoose = 2000
  /// So few rows decide by chance: where a share would give fewer, more are taken, up to ``largestShare``.
  static let enoughChoose = 64
  static let largestShare = 0.3

  /// Deals the rows of one task that are not gate rows into learn and choose.
  ///
  /// Every label gives the same share, so no label is missing by chance. Within a label, the texts with the smallest hashes are taken:
  /// neither order nor other rows of the file matter, and equal texts stay together.
  ///
  /// - Parameter rows: What is learned and chosen on.
  /// - Parameter share: Of choose rows, 0 to 1.
  /// - Parameter kind: Of the task: free answers count as one label.
  static func dealt(
    _ rows: [Example], share: Double, kind: LearningTask.Kind
  ) -> (learn: [Example], choose: [Example]) {
    let count = Double(rows.count)
    let wanted = min(max(count * share, min(Double(enoughChoose), count * largestShare)), Double(mostChoose))
    var labels: [ExactText: [(position: Double, row: Int)]] = [:]
    for (row, (example, label)) in zip(rows, strata(of: rows, kind: kind)).enumerated() {
      labels[label, default: []].append((position(of: example), row))
    }
    var chosen: Set<Int> = []
    for (_, all) in labels {
      let part = all.sorted { ($0.position, $0.row) < ($1.position, $1.row) }
      let size = Int(saturating: (Double(part.count) * wanted / max(count, 1)).rounded())
      guard size > 0, size < part.count else { continue }
      let border = part[size - 1].position
      let taken = part.prefix { $0.position <= border }
      // Rows of one text alone: there is nothing to deal.
      if taken.count < part.count { chosen.formUnion(taken.map(\.row)) }
    }
    return (
      rows.indices.filter { !chosen.contains($0) }.map { rows[$0] },
      rows.indices.filter { chosen.contains($0) }.map { rows[$0] }
    )
  }

  /// Where the hash of a text puts it, 0 to 1.
  static func position(of text: String) -> Double { position(ofKey: Conversation.splitKey(of: text)) }

  /// Where the hash of an example puts it: of its text, or of the conversation that it is a turn of.
  static func position(of example: Example) -> Double { position(ofKey: key(of: example)) }

  /// What decides an example's part: rows that have it in common stay together.
  static func key(of example: Example) -> String {
    example.splitKey ?? Conversation.splitKey(of: example.text.stripped)
  }

  private static func position(ofKey key: String) -> Double {
    let hash = Digest(of: Data(("split/" + key).utf8)).description.dropFirst(
      "sha256:".count
    ).prefix(13)
    // 52 bits: every one of them counts in a Double.
    return Double(UInt64(hash, radix: 16) ?? 0) / Double(UInt64(1) << 52)
  }
}

extension TaskExamples.Origin {
  /// The share of choose rows among those that are not gate rows; `nil`: the file says which they are.
  var chooseShare: Double? {
    switch self {
    case .file: nil
    case .fileWithoutValidation: 0.15
    // 15 percent of all, where 15 percent are gate rows.
    case .hash: 0.15 / 0.85
    }
  }
}

extension TaskExamples {
  /// The same without the gate rows whose text is also learned from or chosen on, and how many these are. What stands before an earlier answer
  /// of a conversation counts as learned from: the answer stands behind it.
  ///
  /// - Parameter canonically: Whether é and e with an accent after it are one text, as they are to a tokenizer that composes; else texts
  ///   compare code point by code point. Rows of ASCII alone are the same either way.
  public func withoutLeaks(canonically: Bool = false) -> (examples: TaskExamples, leaked: Int) {
    let (examples, leaked) = withoutExactLeaks()
    guard canonically else { return (examples, leaked) }
    // Swift's own `==` of texts: conversations compare as a whole, without their earlier turns.
    let seen = Set((learn + choose).map { $0.text.stripped })
    let kept = examples.gate.filter { !seen.contains($0.text.stripped) }
    return (with(learn: learn, choose: choose, gate: kept), gate.count - kept.count)
  }

  private func withoutExactLeaks() -> (examples: TaskExamples, leaked: Int) {
    var seen = Set((learn + choose).map { ExactText($0.text.stripped) })
    for row in areConversations ? learn + choose : [] {
      // What is known already has told of those before it, or will.
      for question in Conversation.earlierQuestions(in: row.text) {
        guard seen.insert(ExactText(question)).inserted else { break }
      }
    }
    let kept = gate.filter { !seen.contains(ExactText($0.text.stripped)) }
    return (with(learn: learn, choose: choose, gate: kept), gate.count - kept.count)
  }
}
