import Evolution
import Foundation
import Records
import Testing

@testable import accrete

/// Does `learn` say what its rows are?
@Suite struct LearnPrinterTests {
  private func lines(_ more: String) throws -> [String] {
    let json =
      #"{"task":"chat","kind":"answer","labels":[],"learn":48,"choose":20,"gate":6,"origin":"hash","form":"JSONL, messages","truncated":0,"droppedTokens":0\#(more)}"#
    return LearnPrinter.lines(try JSONDecoder().decode(LearnRows.self, from: Data(json.utf8)))
  }

  @Test func conversations() throws {
    let counts = #","conversations":{"conversations":40,"turns":80,"leftOut":6}"#
    #expect(
      try lines(counts) == [
        "rows: JSONL, messages",
        "task chat: 40 conversations with 80 turns of the assistant: 48 to learn, 20 to choose on, 6 for the gates, 6 left out, free answers",
      ])
    let one = #","conversations":{"conversations":1,"turns":1,"leftOut":0}"#
    #expect(try lines(one)[1].contains("1 conversation with 1 turn of the assistant: 48 to learn"))
    #expect(try !lines(one)[1].contains("left out"))
  }

  /// Does the first line say that a closed-form head stands beside an expert, and not where there is none?
  @Test func heads() {
    func trained(_ head: OutputHead?, _ count: Int = 96) -> String {
      LearnPrinter.trained(count, method: "accrete", rank: 8, outputHead: head)
    }
    #expect(trained(.ridge, 0) == "0 parameters: labels get a closed-form head")
    #expect(trained(.label) == "96 parameters (accrete, rank 8)")
    #expect(trained(.both) == "96 parameters (accrete, rank 8); labels get a closed-form head, too")
    #expect(trained(nil) == trained(.both))
  }

  /// Does a dry run own up to what it cannot tell of rows with several labels?
  @Test func severalLabels() throws {
    func unchecked(_ kind: String) throws -> String? {
      let json =
        #"{"task":"tags","kind":"\#(kind)","labels":["a","b"],"learn":48,"choose":20,"gate":6,"origin":"hash","truncated":0,"droppedTokens":0}"#
      return LearnPrinter.unchecked(try JSONDecoder().decode(LearnRows.self, from: Data(json.utf8)))
    }
    #expect(
      try unchecked("several-labels")?.hasPrefix("not checked: whether 6 gate rows are enough for gate G3") == true)
    #expect(try unchecked("label") == nil && unchecked("answer") == nil)
  }

  @Test func rows() throws {
    #expect(
      try lines("")[1] == "task chat: 48 rows to learn, 20 to choose on, 6 for the gates, free answers")
  }
}
