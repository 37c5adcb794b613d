import Files
import Foundation
import Logging
import TestSupport
import Testing
import Tracing

@testable import HTTPServer

/// Does a trace file stay whole and within its bounds, and does nobody notice when it cannot be written?
@Suite struct TraceFileTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private static func span(_ name: String = "a") -> FinishedSpan {
    FinishedSpan(
      name: name, kind: .internal, span: .random(), parent: nil, start: 1, end: 2, attributes: .init([:]), events: [],
      droppedEvents: 0, links: [], status: nil)
  }

  private static let bytes = span().line.count

  /// A file, and what the log says of it.
  private func made(_ name: String = "t", sizeLimit: Int = 1 << 20, kept: Int = 2, queue: Int = 1_000) throws -> (
    TraceFile, log: URL
  ) {
    let log = scratch.url("log")
    let descriptor = open(log.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    try #require(descriptor >= 0)
    let output = LogOutput(descriptor: descriptor)
    let logger = Logger(label: "t") { ServerLog($0, form: .plain, output: output) }
    return (TraceFile(scratch.url(name), sizeLimit: sizeLimit, keptFiles: kept, queueLimit: queue, logger: logger), log)
  }

  @Test func everySpanOnceAndInOrder() async throws {
    let (file, log) = try made()
    for number in 0..<700 { file.write(Self.span("s\(number)")) }
    await file.flush()
    #expect(try SpanLine.read(scratch.url("t")).map(\.name) == (0..<700).map { "s\($0)" })
    #expect(file.dropped == 0)
    #expect(try Data(contentsOf: log).isEmpty)
  }

  @Test func manyAtOnce() async throws {
    let (file, _) = try made(queue: 100_000)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 { group.addTask { for number in 0..<200 { file.write(Self.span("s\(task).\(number)")) } } }
    }
    await file.flush()
    #expect(Set(try SpanLine.read(scratch.url("t")).map(\.name)).count == 1_600)
  }

  @Test func itIsRotated() async throws {
    let (file, _) = try made(sizeLimit: 3 * Self.bytes + 1)
    for number in 0..<10 {
      file.write(Self.span("\(number)"))
      await file.flush()
    }
    let names = try ["t.2", "t.1", "t"].map { try SpanLine.read(scratch.url($0)).map(\.name) }
    #expect(names == [["3", "4", "5"], ["6", "7", "8"], ["9"]])
    #expect(!FileManager.default.fileExists(atPath: scratch.url("t.3").path) && file.dropped == 0)
  }

  @Test func withoutOlderFiles() async throws {
    let (file, _) = try made(sizeLimit: 1, kept: 0)
    for number in 0..<3 {
      file.write(Self.span("\(number)"))
      await file.flush()
    }
    #expect(try SpanLine.read(scratch.url("t")).map(\.name) == ["2"])
    #expect(!FileManager.default.fileExists(atPath: scratch.url("t.1").path))
  }

  @Test func aLineThatWasCutOffStaysAlone() async throws {
    try scratch.write("{\"resourceSp", to: "t")
    let (file, _) = try made()
    file.write(Self.span())
    await file.flush()
    let lines = try scratch.text("t").split(separator: "\n")
    #expect(lines.count == 2 && lines[0] == "{\"resourceSp" && lines[1].utf8.count == Self.bytes - 1)
  }

  @Test func aFileThatWasMovedAwayIsBegunAgain() async throws {
    let (file, _) = try made()
    file.write(Self.span("one"))
    await file.flush()
    try FileManager.default.moveItem(at: scratch.url("t"), to: scratch.url("moved"))
    file.write(Self.span("two"))
    await file.flush()
    #expect(try SpanLine.read(scratch.url("moved")).map(\.name) == ["one"])
    #expect(try SpanLine.read(scratch.url("t")).map(\.name) == ["two"])
  }

  @Test func whatCannotBeWrittenIsCountedAndSaidOnce() async throws {
    let (file, log) = try made("no/such/folder/t")
    for _ in 0..<5 {
      file.write(Self.span())
      await file.flush()
    }
    #expect(file.dropped == 5)
    let said = try String(contentsOf: log, encoding: .utf8)
    #expect(
      said.split(separator: "\n").count == 1 && said.contains("Spans are dropped") && said.contains("no/such/folder/t"))

    try FileManager.default.createDirectory(at: scratch.url("no/such/folder"), withIntermediateDirectories: true)
    file.write(Self.span())
    await file.flush()
    #expect(file.dropped == 5)
    #expect(try SpanLine.read(scratch.url("no/such/folder/t")).count == 1)
    #expect(try String(contentsOf: log, encoding: .utf8).contains("written again"))
  }

  @Test func whatIsNoFile() async throws {
    try FileManager.default.createDirectory(at: scratch.url("folder"), withIntermediateDirectories: true)
    try #require(mkfifo(scratch.url("pipe").path, 0o600) == 0)
    try scratch.write("kept", to: "other")
    try FileManager.default.createSymbolicLink(at: scratch.url("link"), withDestinationURL: scratch.url("other"))
    for name in ["folder", "pipe", "link"] {
      let (file, _) = try made(name)
      file.write(Self.span())
      await file.flush()
      #expect(file.dropped == 1, "\(name)")
    }
    #expect(try scratch.text("other") == "kept")
  }

  @Test func moreThanTheQueueHolds() async throws {
    let (file, _) = try made(sizeLimit: 1 << 30, queue: 10)
    for _ in 0..<20_000 { file.write(Self.span()) }
    await file.flush()
    let written = try SpanLine.read(scratch.url("t")).count
    #expect(written >= 10 && written + file.dropped == 20_000 && file.dropped > 0)
  }
}
