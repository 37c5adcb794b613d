import Foundation
import Logging
import TestSupport
import Testing

@testable import HTTPServer

/// Is what repeats written once a second, and counted?
@Suite struct RepeatedLinesTests {
  @Test func aLineASecondOfEachKind() {
    let (lines, start) = (RepeatedLines(), ContinuousClock.now)
    #expect(lines.pass("a", at: start) == .written(heldBack: 0))
    #expect(lines.pass("a", at: start + .milliseconds(1)) == .heldBack(isFirst: true))
    #expect(lines.pass("a", at: start + .milliseconds(999)) == .heldBack(isFirst: false))
    // Another kind has a second of its own.
    #expect(lines.pass("b", at: start + .milliseconds(999)) == .written(heldBack: 0))
    #expect(lines.pass("a", at: start + .seconds(1)) == .written(heldBack: 2))
    #expect(lines.pass("a", at: start + .milliseconds(1_999)) == .heldBack(isFirst: true))
    #expect(lines.take("a", at: start + .seconds(2)) == 1 && lines.take("a") == 0 && lines.take("c") == 0)
    // What was told is a line, too.
    #expect(lines.pass("a", at: start + .milliseconds(2_500)) == .heldBack(isFirst: true))
  }

  /// A thousand requests that fail are a few lines, which say how many they were.
  @Test func requestsThatFailInALoop() async throws {
    let scratch = try Scratch()
    let descriptor = open(scratch.url("log").path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let output = LogOutput(descriptor: descriptor)
    let lines = RepeatedLines()
    let logger = Logger(label: "l") { ServerLog($0, form: .plain, output: output) }
    for number in 0..<1_000 {
      lines.error("deadline_exceeded", to: logger, "POST /x: deadline_exceeded", ["n": "\(number)"])
    }
    func told() -> [Int] {
      let text = (try? scratch.text("log")) ?? ""
      return text.split(separator: "\n").map { line in
        1 + (line.firstMatch(of: /held_back=([0-9]+)/).flatMap { Int($0.1) } ?? 0) - (line.contains("more of") ? 1 : 0)
      }
    }
    // The last of them are told a second later.
    let end = ContinuousClock.now + .seconds(240)
    while told().reduce(0, +) < 1_000, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(50)) }
    #expect(told().reduce(0, +) == 1_000 && told().count < 500, "\(told())")
  }
}
