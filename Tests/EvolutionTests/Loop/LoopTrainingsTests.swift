import Files
import Foundation
import Testing

@testable import Evolution

/// The child process that learns, by programs that only behave like one.
@Suite struct LoopTrainingsTests {
  private func trainings(_ script: String) throws -> (LoopTrainings, URL) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("child-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let program = folder.appendingPathComponent("learner")
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: program)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    var settings = LoopProduction.Settings(program: program, base: { try Home.base.get() })
    settings.minutes = 5
    settings.learnOptions = ["--seed", "7"]
    return (LoopTrainings(registry: folder, settings: settings), folder.appendingPathComponent("set.jsonl"))
  }

  private let set = Digest(of: Data("set".utf8))

  /// What becomes of a child, within a minute.
  private func end(_ trainings: LoopTrainings) throws -> TrainingStatus? {
    for _ in 0..<1200 {
      let status = trainings.status("spam", set)
      guard status == .running else { return status }
      usleep(50_000)
    }
    Issue.record("it does not end")
    return nil
  }

  @Test func says() throws {
    let (trainings, file) = try trainings("echo \"$@\"; echo 'no rows' >&2; exit 65")
    defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
    #expect(trainings.status("spam", set) == nil)
    try trainings.start("spam", set, at: file)
    #expect(try end(trainings) == .failed("ended with exit code 65: no rows"))
    // It is told once.
    #expect(trainings.status("spam", set) == nil)
    let log = try String(contentsOf: file.deletingPathExtension().appendingPathExtension("log"), encoding: .utf8)
    for words in ["--name spam", "--no-release", "--keep-rows no", "--margin 1.0", "--budget 5.0", "--seed 7"] {
      #expect(log.contains(words), "\(words) in \(log)")
    }
  }

  /// Another process learns, or it was told to stop: nothing has failed, and it is started again.
  @Test(arguments: ["exit 75", "exit 143"]) func comesBack(_ script: String) throws {
    let (trainings, file) = try trainings(script)
    defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
    try trainings.start("spam", set, at: file)
    #expect(try end(trainings) == nil)
  }

  @Test func isSuspended() throws {
    let (trainings, file) = try trainings("trap 'exit 143' TERM; while :; do sleep 0.1; done")
    defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
    try trainings.start("spam", set, at: file)
    // Until the shell listens a signal ends it at once, which is a failure.
    usleep(500_000)
    trainings.suspend("other")
    #expect(trainings.status("spam", set) == .running)
    trainings.suspend("spam")
    let status = try end(trainings)
    #expect(status == nil || status == .failed("ended by signal 15: said nothing"))
  }

  @Test func failures() throws {
    let (good, file) = try trainings("exit 0")
    defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
    try good.start("spam", set, at: file)
    #expect(try end(good) == .failed("ended without a version: said nothing"))
    let (killed, other) = try trainings("kill -9 $$")
    defer { try? FileManager.default.removeItem(at: other.deletingLastPathComponent()) }
    try killed.start("spam", set, at: other)
    #expect(try end(killed) == .failed("ended by signal 9: said nothing"))
    let missing = LoopTrainings(
      registry: file, settings: .init(program: URL(fileURLWithPath: "/nowhere"), base: { try Home.base.get() }))
    #expect(throws: FileError.self) { try missing.start("spam", set, at: other) }
  }
}
