import Files
import Foundation
import Testing

@testable import Review

/// Do items leave in the forms of other tools, and do labels come back by the same ids?
@Suite struct ReviewFormatTests {
  /// What a format gives for items, in pieces of some bytes.
  private func file(
    of items: [ReviewedItem], as format: ReviewFormat, showing shown: SuggestionsShown = .all
  ) throws -> Data {
    var data = Data()
    var export = ReviewExport(format, showing: shown) { data += $0 }
    for item in items { try export.append(item) }
    try export.finish()
    return data
  }

  private func records(in data: Data) throws -> [FormatRecords.Record] {
    var rest = data[...]
    var reader = FormatRecords(named: "x") {
      defer { rest = rest.dropFirst(1 << 16) }
      return [UInt8](rest.prefix(1 << 16))
    }
    var found: [FormatRecords.Record] = []
    while let record = try reader.next() { found.append(try record.get()) }
    return found
  }

  /// 10,000 items, everything that is known of them, unchanged.
  @Test func ourOwnFormLosesNothing() throws {
    let items = SampleItems.make(10_000, seed: 1)
    let read = try records(in: file(of: items, as: .accrete)).map(AccreteItems.reviewed)
    #expect(read == items)
    // Not equal as Unicode has it, but code point by code point.
    #expect(zip(read, items).allSatisfy { $0.item.text.hasSameCodePoints(as: $1.item.text) })
    for item in items.prefix(500) {
      var rest = AccreteItems.line(of: item.item)
      var reader = FormatRecords(named: "x") {
        defer { rest = Data() }
        return [UInt8](rest)
      }
      let record = try #require(try reader.next())
      #expect(try AccreteItems.intake(record.get()) == item.item)
    }
  }

  /// Every vote that a form has room for, with the fields that it has.
  @Test(arguments: ReviewFormat.allCases) func votesComeBack(format: ReviewFormat) throws {
    let isFull = ProcessInfo.processInfo.environment["ACCRETE_REVIEW_FULL"] == "1"
    let items = SampleItems.make(isFull ? 10_000 : 1500, seed: 2)
    let returned = try records(in: file(of: items, as: format)).flatMap(format.votes)
    let byID = Dictionary(grouping: returned) { ExactText($0.id) }
    for item in items {
      let got = byID[ExactText(item.item.id)] ?? []
      #expect(got.allSatisfy { $0.text?.hasSameCodePoints(as: item.item.text) == true }, "\(item.item.id)")
      let expected = SampleItems.votes(of: item, as: format)
      #expect(got.map(Told.init) == expected, "seed 2: \(item.item.id): \(item.votes)")
    }
    #expect(byID.count <= items.count)
  }

  /// What nobody has decided yet goes out without what the model says, so that labels made elsewhere are made blind.
  @Test(arguments: ReviewFormat.allCases.filter { $0 != .accrete && $0 != .doccano })
  func suggestionsAreShownOnRequest(format: ReviewFormat) throws {
    let (open, closed) = (SampleItems.item(0, finalLabel: nil), SampleItems.item(1, finalLabel: "ok"))
    let model = "spam@3"
    func shows(_ item: ReviewedItem, _ shown: SuggestionsShown) throws -> Bool {
      String(decoding: try file(of: [item], as: format, showing: shown), as: UTF8.self).contains(model)
    }
    #expect(try !shows(open, .none) && !shows(closed, .none))
    #expect(try !shows(open, .decided) && shows(closed, .decided))
    #expect(try shows(open, .all) && shows(closed, .all))
    for (shown, saw) in [(SuggestionsShown.none, false), (.all, true)] {
      let votes = try records(in: file(of: [closed], as: format, showing: shown)).flatMap(format.votes)
      #expect(!votes.isEmpty && votes.allSatisfy { $0.sawSuggestion == saw }, "\(shown)")
    }
  }

  @Test(arguments: ReviewFormat.allCases) func noItems(format: ReviewFormat) throws {
    let data = try file(of: [], as: format)
    #expect(String(decoding: data, as: UTF8.self) == (format.isList ? "[]\n" : ""))
    #expect(try records(in: data).isEmpty)
  }

  /// Equal texts have equal numbers, other texts or labels other ones, all of which every reader of JSON holds.
  @Test func prodigysHashes() throws {
    let items = SampleItems.make(2000, seed: 3)
    let tasks = items.flatMap { ProdigyTasks.tasks(of: $0, suggestion: nil) }
    var texts: [Int: ExactText] = [:]
    for task in tasks {
      let (input, text) = (try #require(task["_input_hash"]?.integer), try #require(task["text"]?.string))
      #expect(texts.updateValue(ExactText(text), forKey: input).map { $0 == ExactText(text) } ?? true)
      #expect((0..<1 << 53).contains(input) && (0..<1 << 53).contains(task["_task_hash"]?.integer ?? -1))
    }
    #expect(Set(tasks.compactMap { $0["_task_hash"]?.integer }).count >= Set(texts.values).count)
  }
}

/// A returned vote without its place.
struct Told: Equatable {
  let verdict: ReturnedVote.Verdict
  let person: String?
  let milliseconds: Int?
  let adjudicates: Bool
  let at: Date?

  init(_ vote: ReturnedVote) {
    (verdict, person, milliseconds) = (vote.verdict, vote.person, vote.milliseconds)
    (adjudicates, at) = (vote.adjudicates, vote.at)
  }

  init(
    _ verdict: ReturnedVote.Verdict, person: String?, milliseconds: Int?, adjudicates: Bool, at: Date?
  ) {
    (self.verdict, self.person, self.milliseconds, self.adjudicates, self.at) = (
      verdict, person, milliseconds, adjudicates, at
    )
  }
}
