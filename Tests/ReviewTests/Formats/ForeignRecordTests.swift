import Files
import Foundation
import Testing

@testable import Review

/// Are records read as the tools themselves write them, and is what cannot be meant refused with its place?
@Suite struct ForeignRecordTests {
  private func record(_ json: String) throws -> FormatRecords.Record {
    FormatRecords.Record(
      place: FormatPlace(file: "x", line: 3),
      tree: try JSONTree(Data(json.utf8), rules: JSONTree.Rules(keysAreUnique: true)))
  }

  private func votes(_ format: ReviewFormat, _ json: String) throws -> [ReturnedVote] {
    try format.votes(in: record(json))
  }

  @Test func labelStudiosExport() throws {
    let votes = try votes(
      .labelStudio,
      #"""
      {"id": 7, "data": {"text": "won a prize", "accrete_id": "m-1"}, "project": 83, "predictions": [],
       "annotations": [
        {"id": 1001, "completed_by": 10, "was_cancelled": false, "ground_truth": true, "lead_time": 4.288,
         "created_at": "2021-03-09T22:16:08.728353Z",
         "result": [{"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["violation"]}}]},
        {"completed_by": {"id": 3, "email": "ada@example.org"}, "was_cancelled": true, "result": []}]}
      """#)
    #expect(votes.map(\.id) == ["m-1", "m-1"] && votes.map(\.person) == ["label-studio-10", "ada@example.org"])
    #expect(votes[0].verdict == .label("violation") && votes[0].milliseconds == 4288 && votes[0].adjudicates)
    #expect(votes[0].at == Timestamp.date("2021-03-09T22:16:08.728Z") && !votes[0].sawSuggestion)
    #expect(votes[1].verdict == .skip(reason: "cancelled in Label Studio") && votes[1].at == nil)
  }

  @Test func prodigysAnswers() throws {
    func task(_ rest: String) throws -> [ReturnedVote] {
      try votes(
        .prodigy, #"{"text":"t","accrete_id":"m-1","_annotator_id":"set-ada","_timestamp":1795861231,"# + rest + "}")
    }
    #expect(try task(#""label":"ok","answer":"accept""#).first?.verdict == .label("ok"))
    let rejected = try #require(try task(#""label":"ok","answer":"reject""#).first)
    #expect(rejected.verdict == .notLabel("ok") && rejected.person == "set-ada")
    #expect(rejected.at == Timestamp.date("2026-11-28T10:20:31Z"))
    #expect(try rejected.label(among: ["ok", "violation"]) == "violation")
    #expect(throws: FormatError.self) { try rejected.label(among: ["a", "ok", "violation"]) }
    #expect(try task(#""label":"ok","answer":"ignore""#).first?.verdict == .skip(reason: "ignored in Prodigy"))
    let options = #""options":[{"id":"ok","text":"ok"}],"answer":"#
    #expect(try task(options + #""accept","accept":["ok"]"#).first?.verdict == .label("ok"))
    #expect(try task(options + #""reject","accept":[]"#).first?.verdict == .skip(reason: "rejected in Prodigy"))
    #expect(throws: FormatError.self) { try task(options + #""accept","accept":["a","b"]"#) }
    #expect(throws: FormatError.self) { try task(#""label":"ok","answer":"maybe""#) }
    // Not answered yet.
    #expect(try task(#""label":"ok""#).isEmpty)
  }

  @Test func argillasRecords() throws {
    let fields = #""id":"m-1","fields":{"text":"t"},"#
    let second = try votes(
      .argilla,
      "{" + fields
        + #""suggestions":{"label":{"value":"ok","score":null,"agent":null}},"responses":{"label":[{"value":"ok","user_id":"u"}],"other":[{"value":3}]}}"#
    )
    #expect(second.map(\.verdict) == [.label("ok")] && second[0].sawSuggestion && second[0].person == "u")
    let first = try votes(
      .argilla,
      "{" + #""external_id":"m-1","fields":{"text":"t"},"suggestions":[],"responses":["#
        + #"{"user_id":null,"values":{"label":{"value":"ok"}},"status":"submitted"},"#
        + #"{"values":{"label":{"value":"x"}},"status":"draft"},{"values":{},"status":"discarded"}]}"#)
    #expect(first.map(\.verdict) == [.label("ok"), .skip(reason: "discarded in Argilla")])
    #expect(first.allSatisfy { $0.id == "m-1" && $0.person == nil && !$0.sawSuggestion })
    #expect(throws: FormatError.self) {
      try votes(.argilla, "{" + fields + #""responses":{"label":[{"user_id":"u"}]}}"#)
    }
  }

  /// doccano numbers its rows anew: the number is not the item's id.
  @Test func doccanosRows() throws {
    let rows = try votes(.doccano, #"{"id":17,"text":"t","label":["ok"],"accrete_id":"m-1","Comments":[]}"#)
    #expect(rows.map(\.id) == ["m-1"] && rows[0].verdict == .label("ok") && rows[0].person == nil)
    #expect(try votes(.doccano, #"{"id":"m-1","text":"t","labels":["ok"]}"#).map(\.id) == ["m-1"])
    #expect(try votes(.doccano, #"{"id":"m-1","text":"t","label":[]}"#).isEmpty)
    #expect(throws: FormatError.self) { try votes(.doccano, #"{"id":"m-1","text":"t","label":["a","b"]}"#) }
  }

  @Test func aLabelToTheLetter() throws {
    let vote = ReturnedVote(
      place: FormatPlace(file: "x", line: 3), id: "m", text: nil, person: nil, verdict: .label("cafe\u{301}"))
    #expect(try vote.label(among: ["ok", "cafe\u{301}"]).map { $0.hasSameCodePoints(as: "cafe\u{301}") } == true)
    let error = #expect(throws: FormatError.self) { try vote.label(among: ["ok", "caf\u{E9}"]) }
    #expect(error?.description.hasPrefix("x:3: expected one of the labels") == true)
    let hidden = ReturnedVote(
      place: FormatPlace(file: "x", line: 3), id: "m", text: nil, person: nil, verdict: .label("ok\u{202E}"))
    let other = #expect(throws: FormatError.self) { try hidden.label(among: ["ok", "violation"]) }
    #expect(other?.description.contains("\\u{202E}") == true, "\(String(describing: other))")
  }

  @Test(arguments: [
    (ReviewFormat.labelStudio, #"{"text":"t","label":"ok","annotator":1}"#, "JSON-MIN"),
    (.labelStudio, #"{"id":1,"data":{"text":"t"},"annotations":[]}"#, "accrete_id"),
    (.labelStudio, #"{"data":{"accrete_id":"m"},"annotations":[{"result":[]}]}"#, "one answer of the choices"),
    (
      .labelStudio,
      #"{"data":{"accrete_id":"m"},"annotations":[{"result":[{"type":"choices","value":{"choices":["a","b"]}}]}]}"#,
      "one choice"
    ),
    (
      .labelStudio, #"{"data":{"accrete_id":"m"},"annotations":[{"was_cancelled":"no"}]}"#,
      "true or false \"annotations.was_cancelled\""
    ),
    (.labelStudio, #"{"data":{"accrete_id":"m"},"annotations":{}}"#, "a list \"annotations\""),
    (.labelStudio, #"{"data":[],"annotations":[]}"#, "an object \"data\""),
    (.prodigy, #"{"text":"t","label":"ok","answer":"accept"}"#, "accrete_id"),
    (.prodigy, #"{"accrete_id":"m","label":1,"answer":"accept"}"#, "a text \"label\""),
    (.argilla, #"{"fields":{"text":"t"}}"#, "external_id"),
    (.argilla, #"{"id":"m","responses":{"label":{}}}"#, "responses.label"),
    (.argilla, #"{"id":"m","responses":{"label":[{"value":"ok","status":"done"}]}}"#, "\"discarded\""),
    (.doccano, #"{"text":"t","label":["ok"]}"#, "accrete_id"),
    (.doccano, #"{"id":"m","label":"ok"}"#, "a list \"label\""),
    (.accrete, #"{"id":"m","text":"t"}"#, "in the form accrete"),
  ]) func whatIsRefused(format: ReviewFormat, json: String, words: String) throws {
    let error = #expect(throws: FormatError.self) { try votes(format, json) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("x:3: expected ") && text.contains(words) && text.contains(". Fix: "), "\(text)")
    #expect(error?.category == .data)
  }

  @Test(arguments: [
    (#"{"text":"t"}"#, "a text \"id\""), (#"{"id":"m"}"#, "a text \"text\""),
    (#"{"id":1,"text":"t"}"#, "a text \"id\""),
    (#"{"id":"m","text":"t","lable":"ok"}"#, "\"lable\""), (#"{"id":"m","text":"t","souce":"x"}"#, "Is it \"source\"?"),
    (#"{"id":"m","text":"t","created":"soon"}"#, "2026-11-28T10:20:31Z"),
    (#"{"id":"m","text":"t","meta":{"a":1}}"#, "a text \"meta.a\""),
    (#"{"id":"m","text":"t","meta":[]}"#, "an object \"meta\""),
    ("{\"id\":\"m\",\"text\":\"t\",\"meta\":{\"\u{E9}\":\"1\",\"e\u{301}\":\"2\"}}", "composition"),
  ]) func whatIsNotTakenIn(json: String, words: String) throws {
    let error = #expect(throws: FormatError.self) { try AccreteItems.intake(record(json)) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test func whatIsTakenIn() throws {
    let item = try AccreteItems.intake(
      record(#"{"id":"m","task":"auto","text":"\u202et","source":null,"created":"2026-11-28","meta":{"a":"1"}}"#))
    #expect(item.task == nil && item.source == nil && item.text == "\u{202E}t" && item.meta == ["a": "1"])
    #expect(item.created == Timestamp.date("2026-11-28T00:00:00Z"))
  }

  /// A field that would be lost is refused by its path.
  @Test func ourOwnFormHasNoOtherFields() throws {
    let line = try AccreteItems.line(of: SampleItems.item(0, finalLabel: "ok"))
    var tree = try JSONTree(Data(line))
    #expect(try AccreteItems.reviewed(record(String(decoding: line, as: UTF8.self))).finalLabel == "ok")
    var inner = try #require(tree["item"])
    inner["langauge"] = .text("en")
    tree["item"] = inner
    let error = #expect(throws: FormatError.self) {
      try AccreteItems.reviewed(record(String(decoding: tree.json, as: UTF8.self)))
    }
    #expect(error?.description.contains("\"item.langauge\"") == true, "\(String(describing: error))")
  }
}
