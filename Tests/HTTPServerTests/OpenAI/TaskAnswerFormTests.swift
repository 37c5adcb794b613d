import Files
import Foundation
import Serving
import Streams
import Testing

@testable import HTTPServer
@testable import TaskModels

/// Answers of tasks: what the server says of a text is what the command prints, byte for byte.
@Suite struct TaskAnswerFormTests {
  private func line(_ answer: TaskAnswer, labels: [String], only: [String]? = nil) throws -> AnswerLine {
    var line = AnswerLine(try RequestRow(text: "hi"), task: "spam", version: "spam@7")
    line.take(answer, labels: labels, LabelSelection(only: only))
    return line
  }

  private let answer = TaskAnswer(
    text: "b\u{E9}\u{8}", label: 1, probabilities: [0.25, 0.5, 0.25], parts: nil, droppedTokens: 3, isCut: false)
  private let labels = ["a", "b\u{E9}\u{8}", "c"]

  @Test func classified() throws {
    let line = try line(answer, labels: labels)
    let body = String(
      decoding: try ClassifyAnswer(
        model: "spam@7", results: [line, line], calibrated: [true], usage: AnswerUsage(promptTokens: 4)
      ).json(), as: UTF8.self)
    // Without its end, for what is added behind it.
    let command = try line.json().dropLast()
    #expect(
      body == "{\"model\":\"spam@7\",\"results\":[\(command),\"calibrated\":true},\(command),\"calibrated\":false}],"
        + #""usage":{"prompt_tokens":4,"completion_tokens":0,"total_tokens":4,"prompt_tokens_details":{"cached_tokens":0}}}"#
    )
    #expect(throws: Never.self) { try JSONTree(Data(body.utf8), rules: JSONTree.Rules(keysAreUnique: true)) }
  }

  @Test func namesOverHTTP() throws {
    let tree = try JSONTree(Data(#"{"lastUsed":1,"all":[{"aBC":{"x_y":null}}],"rpm":"someText"}"#.utf8))
    #expect(
      String(decoding: tree.inSnakeCase.json, as: UTF8.self)
        == #"{"last_used":1,"all":[{"a_b_c":{"x_y":null}}],"rpm":"someText"}"#)
  }

  @Test func onlySomeLabelsAreTold() throws {
    let body = String(
      decoding: try ClassifyAnswer(model: "spam@7", results: [line(answer, labels: labels, only: ["c", "x"])]).json(),
      as: UTF8.self)
    #expect(body.contains(#""probabilities":[{"label":"c","p":0.25}]"#) && body.contains(#""label":"bé"#))
  }

  @Test func chatTellsTheSameNumbers() throws {
    var accrete = AccreteAnswer()
    accrete.answer = try line(
      TaskAnswer(
        text: "b", label: 1, probabilities: [1e-7, 0.9999999], parts: nil, droppedTokens: 0, isCut: false),
      labels: ["a", "b"])
    let head = AnswerHead(id: "i", created: 0, model: "m", fingerprint: "f")
    let body = String(
      decoding: ChatCompletion.json(
        head, choices: [ChatCompletion.Choice("b", finish: .stop)], usage: AnswerUsage(), accrete: accrete
      ), as: UTF8.self)
    #expect(
      body.contains(
        #""label":"b","confidence":0.9999999,"probabilities":[{"label":"b","p":0.9999999},{"label":"a","p":1e-07}]"#))
  }

  @Test func routed() throws {
    let claimed = RequestRouter.Route(
      task: "spam", confidence: 0.75, distance: 1, nearest: "spam", distances: ["spam": 1])
    let unclaimed = RequestRouter.Route(
      task: nil, confidence: 0.75, distance: 9.5, nearest: "spam", distances: ["spam": 9.5])
    let body = try RouteAnswer([
      RouteAnswer.Result(claimed, model: "spam@7"), RouteAnswer.Result(unclaimed, model: nil),
    ]).json()
    #expect(
      String(decoding: body, as: UTF8.self)
        == joined(
          #"[{"confidence":0.75,"distance":1,"nearest":"spam","task":"spam","unknown":false,"model":"spam@7"},"#,
          #"{"distance":9.5,"nearest":"spam","unknown":true,"model":null}]"#))
    #expect(String(decoding: try RouteAnswer([]).json(), as: UTF8.self) == "[]")
  }

  /// Numbers that JSON has not are an error of ours, and no broken JSON.
  @Test func noNumbersThatJSONHasNot() throws {
    let broken = TaskAnswer(
      text: "a", label: 0, probabilities: [.nan, 0.5], parts: nil, droppedTokens: 0, isCut: false)
    let line = try line(broken, labels: ["a", "b"])
    #expect(throws: (any Error).self) { try ClassifyAnswer(model: "m", results: [line]).json() }
  }
}
