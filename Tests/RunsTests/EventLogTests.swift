import Files
import Foundation
import Runs
import TestSupport
import Testing

/// Does a log of events go on exactly where a checkpoint says?
@Suite struct EventLogTests {
  private struct Event: Codable { let step: Int }

  @Test func linesAreAdded() throws {
    let scratch = try Scratch()
    let log = try EventLog(scratch.url("events.jsonl"), keeping: 0)
    for step in 1...3 { try log.append(Event(step: step)) }
    #expect(try log.flush() == 33)
    let text = try String(contentsOf: scratch.url("events.jsonl"), encoding: .utf8)
    #expect(text == "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n")
  }

  @Test func cutBackToWhatTheCheckpointKnows() throws {
    let scratch = try Scratch()
    let file = try scratch.write("{\"step\":1}\n{\"step\":2}\n{\"ste", to: "events.jsonl")
    let log = try EventLog(file, keeping: 11)
    try log.append(Event(step: 9))
    #expect(try log.flush() == 22)
    #expect(try String(contentsOf: file, encoding: .utf8) == "{\"step\":1}\n{\"step\":9}\n")
  }

  @Test func fromNothingOnTheFileIsNew() throws {
    let scratch = try Scratch()
    let file = try scratch.write("{\"step\":1}\n", to: "events.jsonl")
    _ = try EventLog(file, keeping: 0)
    #expect(try Data(contentsOf: file).isEmpty)
  }

  @Test(arguments: [12, UInt64.max]) func shorterThanTheCheckpointKnows(length: UInt64) throws {
    let scratch = try Scratch()
    let file = try scratch.write("{\"step\":1}\n", to: "events.jsonl")
    let error = #expect(throws: FileError.self) { try EventLog(file, keeping: length) }
    #expect(error == .notReadable(path: file.path, reason: "it has 11 bytes, the checkpoint knows \(length)"))
    #expect(try String(contentsOf: file, encoding: .utf8) == "{\"step\":1}\n")
  }

  @Test func aFolderInsteadOfIt() throws {
    let scratch = try Scratch()
    #expect(throws: FileError.self) { try EventLog(scratch.url, keeping: 0) }
    #expect(throws: FileError.self) { try EventLog(scratch.url("nowhere/events.jsonl"), keeping: 0) }
  }
}
