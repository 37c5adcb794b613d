import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

/// What is left of the events of a run.
@Suite struct LossCourseTests {
  @Test func tasksAndTerms() throws {
    let steps: [[[String: Double]]] = [
      [["task": 4], ["task": 2]], [["task": 3, "discriminator": 1], ["task": 1, "discriminator": 0.5]],
    ]
    let scratch = try Scratch()
    let course = try ReportedRun(PaperRun(steps: steps).write(to: scratch, as: "run")).losses
    #expect(course.steps == 4 && course.width == 1)
    #expect(course.starts == [.init(task: "a", step: 0), .init(task: "b", step: 2)])
    #expect(course.terms.map(\.name) == ["discriminator", "task"])
    #expect(course.terms[0].stretches == [.init(step: 3, mean: 1), .init(step: 4, mean: 0.5)])
    #expect(course.terms[1].stretches.map(\.mean) == [4, 2, 3, 1])
  }

  @Test func stretches() {
    // Steps 1–3, 4–6, 7: the second has two values alone.
    let values = [(1, 1.0), (2, 2.0), (3, 6.0), (4, 1.0), (6, 2.0), (7, 9.0)].map { (step: $0.0, value: $0.1) }
    let stretches = LossCourse.stretches(values, width: 3)
    #expect(stretches.map(\.step) == [2, 5, 7] && stretches.map(\.mean) == [3, 1.5, 9])
    #expect(LossCourse.stretches([], width: 3).isEmpty)
  }

  @Test func manyStepsBecomeAtMostSixtyStretches() throws {
    let scratch = try Scratch()
    let steps = [(0..<601).map { ["task": Double($0)] }]
    let course = try ReportedRun(
      PaperRun(tasks: ["a"], right: [["0"], ["1"]], steps: steps).write(to: scratch, as: "run")
    )
    .losses
    // 601 steps in stretches of 11: 54 whole ones and 7 steps.
    #expect(course.width == 11 && course.terms.first?.stretches.count == 55)
    #expect(course.terms.first?.stretches.first == .init(step: 6, mean: 5))
  }

  @Test func halfALineAtTheEnd() throws {
    let scratch = try Scratch()
    let folder = try PaperRun(steps: [[["task": 4], ["task": 2]]]).write(to: scratch, as: "run")
    let events = folder.appendingPathComponent("events.jsonl")
    var data = try Data(contentsOf: events)
    data.append(contentsOf: #"{"task":"a","st"#.utf8)
    try data.write(to: events)
    #expect(try ReportedRun(folder).losses.steps == 2)
    data.append(contentsOf: "\n".utf8)
    try data.write(to: events)
    let error = #expect(throws: FileError.self) { try ReportedRun(folder) }
    #expect(error?.description.contains("events.jsonl:3") == true)
  }
}
