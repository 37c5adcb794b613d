import Foundation
import Serving
import Streams
import Testing

@testable import TaskModels

/// The line that programs write of an answer, to the byte.
@Suite struct AnswerLineTests {
  private func row(_ json: String = #"{"text":"hi"}"#) throws -> RequestRow {
    try RequestRow(Data(json.utf8), line: 1, file: "rows")
  }

  private func answer(
    _ text: String, label: Int? = nil, _ probabilities: [Double] = [], dropped: Int = 0, isCut: Bool = false
  ) -> TaskAnswer {
    TaskAnswer(
      text: text, label: label, probabilities: probabilities, parts: nil, droppedTokens: dropped, isCut: isCut)
  }

  @Test func oneLabel() throws {
    var line = AnswerLine(try row(#"{"id":"x","text":"hi"}"#), task: "spam", version: "spam@7")
    line.take(answer("ham", label: 1, [0.25, 0.75], dropped: 2), labels: ["spam", "ham"])
    #expect(
      try line.json()
        == #"{"confidence":0.75,"droppedTokens":2,"id":"x","label":"ham","probabilities":[{"label":"ham","p":0.75},{"label":"spam","p":0.25}],"task":"spam","version":"spam@7"}"#
    )
  }

  @Test func idsStayWhatTheyAre() throws {
    #expect(try AnswerLine(row(#"{"id":7,"text":"hi"}"#)).json() == #"{"id":7}"#)
    #expect(try AnswerLine(row(#"{"id":"7","text":"hi"}"#)).json() == #"{"id":"7"}"#)
    #expect(try AnswerLine(row()).json() == "{}")
  }

  @Test func equalLabelsKeepTheirOrderAndTheTopIsCut() throws {
    let equal = answer("b", label: 1, [0.25, 0.5, 0.25])
    var line = AnswerLine(try row())
    line.take(equal, labels: ["a", "b", "c"], LabelSelection(top: 2))
    #expect(line.probabilities?.map(\.label) == ["b", "a"])
    line.take(equal, labels: ["a", "b", "c"], LabelSelection(top: -1))
    #expect(line.probabilities?.isEmpty == true)
    // Fewer names than numbers are no crash.
    line.take(equal, labels: ["a"])
    #expect(line.probabilities?.map(\.label) == ["a"])
  }

  @Test func whatIsUnsureAbstains() throws {
    var line = AnswerLine(try row())
    line.take(answer("a", label: 0, [0.5, 0.5]), labels: ["a", "b"], LabelSelection(abstainBelow: 0.6))
    #expect(
      try line.json()
        == #"{"abstained":true,"confidence":0.5,"probabilities":[{"label":"a","p":0.5},{"label":"b","p":0.5}]}"#)
    var sure = AnswerLine(try row())
    sure.take(answer("a", label: 0, [0.5, 0.5]), labels: ["a", "b"], LabelSelection(abstainBelow: 0.5))
    #expect(sure.label == "a" && sure.abstained == nil)
  }

  @Test func severalLabels() throws {
    var given = answer("[\"a\",\"c\"]", [0.9, 0.2, 0.75])
    given.labels = [0, 2]
    var line = AnswerLine(try row())
    line.take(given, labels: ["a", "b", "c"])
    #expect(
      try line.json()
        == #"{"confidence":0.75,"labels":["a","c"],"probabilities":[{"label":"a","p":0.9},{"label":"c","p":0.75},{"label":"b","p":0.2}]}"#
    )
  }

  @Test func textsAndRoutes() throws {
    let route = RequestRouter.Route(
      task: "spam", confidence: 1, distance: 0.5, nearest: "spam", distances: ["spam": 0.5], byInstruction: true)
    var line = AnswerLine(
      try row(#"{"text":"hi","instruction":"What?"}"#), task: "spam", version: "spam@1", route: route)
    line.take(answer("free\u{9B}", isCut: true), labels: [])
    // A character that may command a terminal is spelled.
    #expect(
      try line.json()
        == #"{"cut":true,"routing":{"byInstruction":true,"confidence":1,"distance":0.5,"nearest":"spam","task":"spam","unknown":false},"task":"spam","text":"free\u009B","version":"spam@1"}"#
    )
    let none = RequestRouter.Route(task: nil, confidence: 0.9, distance: 5, nearest: "spam", distances: [:])
    #expect(
      try AnswerLine(row(), baseText: "of the base", route: none).json()
        == #"{"routing":{"distance":5,"nearest":"spam","unknown":true},"text":"of the base"}"#)
  }
}
