import Files
import Foundation
import Logging
import TestSupport
import Testing
import Tracing

@testable import HTTPServer

/// Does the log say what happened, on one line, without anybody's key?
@Suite struct ServerLogTests {
  private static let key = "ak_k7Qz_" + String(repeating: "aB3-_", count: 8) + "xyz"
  private static let date = Date(timeIntervalSince1970: 1_700_000_000.125)

  private func line(
    _ message: Logger.Message, _ metadata: Logger.Metadata? = nil, form: ServerLog.Form = .json,
    error: (any Error)? = nil
  ) -> String {
    ServerLog("accrete", form: form, output: LogOutput(descriptor: -1)).line(
      LogEvent(
        level: .warning, message: message, error: error, metadata: metadata, source: "test", file: "f", function: "g",
        line: 1),
      at: Self.date)
  }

  private func tree(_ line: String) throws -> JSONTree {
    try JSONTree(Data(line.utf8), rules: JSONTree.Rules(keysAreUnique: true))
  }

  @Test func theTwoForms() throws {
    let metadata: Logger.Metadata = ["b": "x y", "a": "1", "c": ["d": ["e", "f"]], "g": "h=i"]
    #expect(
      line("It is done.", metadata)
        == #"{"time":"2023-11-14T22:13:20.125Z","level":"warning","logger":"accrete","message":"It is done.","a":"1","b":"x y","c":{"d":["e","f"]},"g":"h=i"}"#
    )
    #expect(
      line("It is done.", metadata, form: .plain)
        == #"2023-11-14T22:13:20.125Z warning accrete: It is done. a=1 b="x y" c={"d":["e","f"]} g="h=i""#)
  }

  @Test(arguments: ServerLog.Form.allCases) func noKeyIsWritten(form: ServerLog.Form) {
    let line = line(
      "Refused: Bearer \(Self.key), then \(Self.key).",
      [
        "header": "\(Self.key)", "list": ["\(Self.key)"], "deep": ["x": ["\(Self.key)": "y"]],
        "Authorization": "Basic c2VjcmV0",
      ],
      form: form, error: FileError.notFound(path: Self.key))
    #expect(!line.contains("k7Qz") && !line.contains("aB3") && !line.contains("c2VjcmV0"))
    #expect(line.components(separatedBy: Redaction.mark).count == 7)
  }

  @Test(
    arguments: [
      ("", ""), ("ak_", "ak_"), ("ak", "ak"), ("ak_1", "ak_[redacted]"), ("ak_ak_ak_", "ak_[redacted]"),
      ("a ak_b-c d", "a ak_[redacted] d"),
      ("speak_up", "speak_up"), ("break_even_now", "break_even_now"), ("x=ak_1&y", "x=ak_[redacted]&y"),
      ("é_ak_1", "é_ak_[redacted]"),
      ("xak_0123456789abcdef", "xak_[redacted]"), ("ak_é", "ak_é"), ("ak_1ak_2", "ak_[redacted]"), ("AK_1", "AK_1"),
      ("\"ak_1\"", "\"ak_[redacted]\""),
    ])
  func whatLooksLikeAKey(text: String, redacted: String) {
    #expect(Redaction.redacted(text) == redacted)
  }

  @Test(arguments: ServerLog.Form.allCases) func aKeyIsNotCutInHalf(form: ServerLog.Form) {
    // It begins just before the place where long texts end.
    let line = line("\(String(repeating: "x", count: 8_170)) \(Self.key)", form: form)
    #expect(!line.contains("k7Q") && line.utf8.count < 9_000)
  }

  @Test(arguments: ServerLog.Form.allCases) func oneLineWhateverItSays(form: ServerLog.Form) throws {
    let hostile = "a\nb\r\nc\u{1B}[31md\u{7}\u{85}\u{2028}\u{9B}31m\"\\"
    let line = line("\(hostile)", ["\(hostile)": "\(hostile)"], form: form)
    #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
    if form == .json {
      let tree = try tree(line)
      #expect(tree["message"]?.string.map { Array($0.utf8) } == Array(hostile.utf8))
      #expect(tree[hostile]?.string.map { Array($0.utf8) } == Array(hostile.utf8))
    }
  }

  @Test func aValueDoesNotHideAnother() throws {
    let tree = try tree(line("m", ["message": "other", "level": "none"]))
    #expect(tree["message"]?.string == "m" && tree["message_"]?.string == "other" && tree["level"]?.string == "warning")
  }

  @Test func nestedWithoutEnd() throws {
    var value: Logger.Metadata.Value = "x"
    for _ in 0..<1_000 { value = .array([value]) }
    let line = line("m", ["a": value])
    #expect(try tree(line)["a"] != nil && line.utf8.count < 200)
  }

  @Test func theTraceItBelongsTo() throws {
    var context = InstrumentationContext.topLevel
    context.traceParent = TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    let traced = InstrumentationContext.$current.withValue(context) { line("m") }
    #expect(traced.contains(#""span_id":"00f067aa0ba902b7","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736""#))
  }

  @Test func throughALogger() throws {
    let scratch = try Scratch()
    let descriptor = open(scratch.url("log").path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let output = LogOutput(descriptor: descriptor)
    var logger = Logger(label: "l") { ServerLog($0, form: .json, level: .notice, output: output) }
    logger[metadataKey: "listener"] = "public"
    logger.info("not this")
    logger.notice("this", metadata: ["n": "1"])
    logger.logLevel = .debug
    logger.debug("and this")
    let lines = try scratch.text("log").split(separator: "\n").map { try tree(String($0)) }
    #expect(lines.map { $0["message"]?.string } == ["this", "and this"])
    #expect(lines.allSatisfy { $0["listener"]?.string == "public" } && lines[0]["n"]?.string == "1" && output.lost == 0)
  }

  @Test func linesThatCannotBeWrittenAreCounted() {
    let output = LogOutput(descriptor: -1)
    let logger = Logger(label: "l") { ServerLog($0, form: .plain, output: output) }
    for _ in 0..<3 { logger.error("x") }
    #expect(output.lost == 3)
  }

  @Test func linesStayWhole() async throws {
    let scratch = try Scratch()
    let descriptor = open(scratch.url("log").path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let output = LogOutput(descriptor: descriptor)
    let logger = Logger(label: "l") { ServerLog($0, form: .json, output: output) }
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask { for _ in 0..<50 { logger.notice("\(String(repeating: "\(task)", count: 5_000))") } }
      }
    }
    let lines = try scratch.text("log").split(separator: "\n")
    #expect(lines.count == 400)
    for line in lines { #expect(try tree(String(line))["message"]?.string?.utf8.count == 5_000) }
  }
}
