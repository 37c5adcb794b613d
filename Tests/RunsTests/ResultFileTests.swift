import Files
import Foundation
import Learning
import Runs
import TestSupport
import Testing

@testable import Records

/// The files of results that a run need not have: what is accepted, and what is refused.
@Suite struct ResultFileTests {
  private static let inferred = #"""
    {"tasks":["a"],"R":[[null],[0.5]],"rows":"","n":[4],"seed":7,"method":"moe-cl",
     "routerAccuracy":[[null],[0.75]],"unknownRate":[[null],[0.25]]}
    """#

  @Test func inferredMatrix() throws {
    let file = try InferredMatrixFile.decode(Data(Self.inferred.utf8), path: "matrix-inferred.json")
    #expect(file.matrix.scores == [[nil], [0.5]] && file.matrix.seed == 7)
    #expect(file.routerAccuracy == [[nil], [0.75]] && file.unknownRate == [[nil], [0.25]])
    let written = try JSONFile.encode(file)
    #expect(try InferredMatrixFile.decode(written, path: "matrix-inferred.json") == file)
    // One object, with the two tables beside the keys of matrix.json.
    let object = try #require(try JSONSerialization.jsonObject(with: written) as? [String: Any])
    #expect(object.keys.sorted() == ["R", "method", "n", "routerAccuracy", "rows", "seed", "tasks", "unknownRate"])
  }

  @Test(arguments: [
    ("[[null],[0.75]]", "[[null]]"), ("[[null],[0.75]]", "[[null],[0.75,1]]"), ("[[null],[0.25]]", "[[null],[-0.25]]"),
    ("[[null],[0.5]]", "[[null],[1.5]]"), ("\"n\":[4]", "\"n\":[]"), ("\"routerAccuracy\"", "\"router\""),
  ])
  func inferredMatricesThatCannotBe(text: String, other: String) {
    let changed = Self.inferred.replacingOccurrences(of: text, with: other)
    #expect(changed != Self.inferred)
    #expect(throws: FileError.self) { try InferredMatrixFile.decode(Data(changed.utf8), path: "matrix-inferred.json") }
  }

  @Test func statistics() throws {
    let text = #"[{"task":"a","name":"shared share","formula":"s / (s + t)","layers":[0.25,-1]}]"#
    let statistics = try TaskStatistic.decode(Data(text.utf8), path: "statistics.json")
    #expect(
      statistics == [TaskStatistic(task: "a", name: "shared share", formula: "s / (s + t)", layers: [0.25, -1])])
    #expect(try TaskStatistic.decode(try JSONFile.encode(statistics), path: "statistics.json") == statistics)
    #expect(try TaskStatistic.decode(Data("[]".utf8), path: "statistics.json").isEmpty)
  }

  @Test(arguments: [
    #"[{"task":"a","name":"s","formula":"f","layers":[]}]"#,
    #"[{"task":"a","name":"s","formula":"f","layers":[1e400]}]"#,
    #"[{"task":"a","name":"s","formula":"f"}]"#, "{}", "",
    #"[{"task":"a","name":"s","formula":"f","layers":[1]},{"task":"a","name":"s","formula":"f","layers":[1]}]"#,
    #"[{"task":"a","name":"s","formula":"f","layers":[0"# + String(repeating: ",0", count: 4096) + "]}]",
  ])
  func statisticsThatCannotBe(text: String) {
    let error = #expect(throws: FileError.self) { try TaskStatistic.decode(Data(text.utf8), path: "statistics.json") }
    #expect(error?.description.hasPrefix("statistics.json: ") == true)
  }

  @Test func steps() throws {
    let scratch = try Scratch()
    func line(_ step: Int) -> String {
      #"{"task":"a","step":{"step":\#(step),"totalSteps":9,"epoch":0,"terms":{"task":1},"loss":1,"learningRate":1,"gradientNorm":1,"tokens":1}}"#
    }
    // More than one piece of reading, half a line at the end.
    let many = (1...9000).map { line($0) + "\n" }.joined() + line(9001).prefix(20)
    let file = try scratch.write(many, to: "events.jsonl")
    var seen: [Int] = []
    try StepEvent.read(file) { seen.append($0.step.step) }
    #expect(seen == Array(1...9000))
    try scratch.write(line(1) + "\n{}\n", to: "bad.jsonl")
    let error = #expect(throws: FileError.self) { try StepEvent.read(scratch.url("bad.jsonl")) { _ in } }
    #expect(error?.description.contains("bad.jsonl:2") == true)
    try scratch.write(String(repeating: " ", count: 3 << 20), to: "long.jsonl")
    let long = #expect(throws: FileError.self) { try StepEvent.read(scratch.url("long.jsonl")) { _ in } }
    guard case .tooLarge = long else {
      Issue.record("\(String(describing: long))")
      return
    }
    #expect(throws: FileError.notFound(path: scratch.url("none").path)) {
      try StepEvent.read(scratch.url("none")) { _ in }
    }
  }
}
