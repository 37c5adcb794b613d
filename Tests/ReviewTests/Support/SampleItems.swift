import Files
import Foundation
import Randomness

@testable import Review

/// Items as a stream may bring them: texts of any characters, votes of every kind.
enum SampleItems {
  private static let texts = [
    "You have won a prize", "\u{202E}evil\u{2066}", "e\u{301}", "\u{E9}", "line\nline\ttab \"quoted\" \\ /",
    "\u{0}\u{1F}\u{7F}\u{85}",
    "👩‍👩‍👧 中文 العربية", "=1+1", "{\"id\":\"x\"}", "]},", "  ", "\u{FEFF}mark", "\u{FFFF}\u{10FFFF}",
  ]
  private static let labels = ["ok", "violation", "e\u{301}", "maybe, \"later\""]
  private static let people = ["ada@example.org", "bob", "\u{202E}eve", "label-studio-7"]

  /// Milliseconds after a day in 2026, so that a time is the same after it was written.
  private static func time(_ stream: inout RandomStream) -> Date {
    Date(timeIntervalSince1970: Double(1_795_861_231_000 + stream.below(1_000_000_000)) / 1000)
  }

  /// So many items; equal seeds give equal ones.
  static func make(_ count: Int, seed: UInt64) -> [ReviewedItem] {
    var stream = RandomStream(seed: seed, "items")
    return (0..<count).map { number in
      var votes = (0..<stream.below(4)).map { _ in vote(of: "m-\(number)", &stream) }
      if let last = votes.last, stream.below(5) == 0 {
        votes.append(Vote(item: last.item, person: last.person, label: nil, kind: .undo, at: time(&stream)))
      }
      let label = labels[stream.below(labels.count)]
      return item(
        number, finalLabel: stream.below(2) == 0 ? label : nil, votes: votes,
        text: texts[stream.below(texts.count)] + (stream.below(2) == 0 ? "" : " \(number)"), &stream)
    }
  }

  /// One item with one vote.
  static func item(_ number: Int, finalLabel: String?) -> ReviewedItem {
    var stream = RandomStream(seed: UInt64(number), "item")
    let vote = Vote(
      item: "m-\(number)", person: "ada", label: "ok", kind: .label, reason: nil, milliseconds: 1250,
      sawSuggestion: false, guideline: nil, at: time(&stream))
    return item(number, finalLabel: finalLabel, votes: [vote], text: "text \(number)", &stream)
  }

  private static func item(
    _ number: Int, finalLabel: String?, votes: [Vote], text: String, _ stream: inout RandomStream
  ) -> ReviewedItem {
    let id = "m-\(number)"
    let probability = Double(stream.below(1 << 20) + 1) / Double(1 << 20)
    return ReviewedItem(
      item: IntakeItem(
        id: id, task: stream.below(5) == 0 ? nil : "spam", text: text,
        source: stream.below(2) == 0 ? nil : "shop \(stream.below(9))",
        created: stream.below(2) == 0 ? nil : time(&stream),
        meta: stream.below(2) == 0 ? [:] : ["language": "de", "\u{202E}key": texts[stream.below(texts.count)]]),
      digest: Digest(of: Data(text.utf8)),
      decision: ReviewDecision(
        id: id, decision: .human, label: nil, action: nil, probability: probability, tau: 0.95, certificate: nil,
        model: "spam@3", final: finalLabel != nil),
      suggestion: "ok", probability: probability, votes: votes, finalLabel: finalLabel,
      state: finalLabel == nil ? .queued : .final, arrived: time(&stream),
      finalAt: finalLabel == nil ? nil : time(&stream))
  }

  private static func vote(of item: String, _ stream: inout RandomStream) -> Vote {
    let kind = [Vote.Kind.label, .skip, .flag, .adjudicate][stream.below(4)]
    let hasLabel = kind == .label || kind == .adjudicate
    return Vote(
      item: item, person: people[stream.below(people.count)],
      label: hasLabel ? labels[stream.below(labels.count)] : nil,
      kind: kind, reason: hasLabel ? nil : "not clear",
      milliseconds: stream.below(2) == 0 ? nil : stream.below(100_000),
      sawSuggestion: stream.below(2) == 0, guideline: nil, at: time(&stream))
  }

  /// What a form has room for of an item's votes.
  static func votes(of item: ReviewedItem, as format: ReviewFormat) -> [Told] {
    // Where somebody took a vote back, that was the last one.
    let votes = item.votes.last?.kind == .undo ? Array(item.votes.dropLast(2)) : item.votes
    if format == .doccano {
      let label = item.finalLabel ?? votes.last { $0.label != nil }?.label
      return label.map { [Told(.label($0), person: nil, milliseconds: nil, adjudicates: false, at: nil)] } ?? []
    }
    let reasons: [ReviewFormat: String] = [
      .labelStudio: "cancelled in Label Studio", .prodigy: "ignored in Prodigy", .argilla: "discarded in Argilla",
    ]
    return votes.filter { $0.kind != .flag }.map { vote in
      let second = Date(timeIntervalSince1970: vote.at.timeIntervalSince1970.rounded(.down))
      let isWhole = format == .accrete || format == .labelStudio
      return Told(
        vote.label.map { .label($0) } ?? .skip(reason: reasons[format] ?? vote.reason ?? ""), person: vote.person,
        milliseconds: isWhole ? vote.milliseconds : nil, adjudicates: isWhole && vote.kind == .adjudicate,
        at: isWhole ? vote.at : format == .prodigy ? second : nil)
    }
  }
}
