import AuditedDatabase
import Files
import Foundation
import Registry
import TestSupport
import Testing

/// The program beside the tests that kills, fills disks and writes at once (Tests/RegistryFaults).
private enum Faults {
  static let binary: URL = {
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { package.deleteLastPathComponent() }
    let beside = [Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent()]
    let candidates = (beside + [package.appendingPathComponent(".build/debug")]).map {
      $0.appendingPathComponent("registry-faults")
    }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? candidates[0]
  }()

  /// Whether the full sizes are wanted, which take minutes: ACCRETE_REGISTRY_FULL=1.
  static let isFull = ProcessInfo.processInfo.environment["ACCRETE_REGISTRY_FULL"] == "1"

  static func start(_ arguments: [String], output: URL, error: URL) throws -> Process {
    for file in [output, error] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = binary
    process.arguments = arguments
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: error)
    try process.run()
    return process
  }

  /// Runs it to its end; what it says.
  static func run(_ mode: String, _ options: String...) throws -> [String: Double] {
    let scratch = try Scratch()
    let (output, error) = (scratch.url("output"), scratch.url("error"))
    let process = try start([mode, scratch.url.path] + options, output: output, error: error)
    process.waitUntilExit()
    let text = String(decoding: try Data(contentsOf: error), as: UTF8.self)
    try #require(process.terminationStatus == 0, "\(text)")
    let result = try JSONDecoder().decode([String: Double].self, from: try Data(contentsOf: output))
    if isFull { print(mode, options, result) }
    return result
  }
}

/// Does the registry hold whatever happens to the processes that use it?
@Suite(.serialized) struct ProcessTests {
  /// D1: killed before a call that changes the disk, the registry verifies, and the operation was done or not.
  @Test func killedAtAnyCall() throws {
    let seed = Faults.isFull ? 1 : Int.random(in: 1...1000)
    let result =
      try Faults.isFull
      ? Faults.run("kill", "--operations", "200", "--seed", "1")
      : Faults.run("kill", "--operations", "20", "--every", "29", "--seed", "\(seed)")
    // Both are seen: kills before and after the moment that decides.
    #expect((result["done"] ?? 0) > 0 && (result["undone"] ?? 0) > 0, "seed \(seed): \(result)")
    #expect(result["operations"] == (Faults.isFull ? 200 : 20))
  }

  /// The same with the write itself half done.
  @Test func killedInTheMiddleOfAWrite() throws {
    let result = try Faults.run(
      "kill", "--tear", "--operations", Faults.isFull ? "40" : "6", "--every", Faults.isFull ? "1" : "11")
    #expect((result["kills"] ?? 0) > 10)
  }

  /// A full disk at any call: one clear error, nothing half done, and with room the operation goes through.
  @Test func aFullDiskAtAnyCall() throws {
    let result = try Faults.run("full", "--operations", Faults.isFull ? "40" : "2")
    #expect((result["refusals"] ?? 0) > 20)
  }

  /// D2: nobody's update is lost, and nobody hears that the database is busy.
  @Test func aliasesOfManyProcesses() throws {
    let count = Faults.isFull ? 1000 : 40
    let result = try Faults.run("aliases", "--processes", "8", "--count", "\(count)")
    let (successes, moved) = (result["successes"] ?? 0, result["moved"] ?? 0)
    #expect(result["revision"] == successes + 1)
    #expect(successes + moved == Double(8 * count))
    #expect(moved > 0, "nobody was ever in another's way: \(result)")
  }

  private func text(_ file: URL) -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

  /// A server looks at what the program's other commands do.
  @Test func aWatchSeesAnotherProcess() throws {
    let sample = try Sample()
    let (output, error) = (sample.scratch.url("output"), sample.scratch.url("error"))
    let folder = sample.scratch.url("loaded")
    _ = try Registry.create(at: folder, base: Self.base, actor: "ada")
    let watch = try Registry.open(folder, access: .reading).watch()
    let before = try watch.mark()
    #expect(try watch.mark() == before)
    let process = try Faults.start(["load", folder.path, "--seconds", "60"], output: output, error: error)
    defer {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    var marks = 0
    var last = before
    let end = Date().addingTimeInterval(30)
    while marks < 3, Date() < end {
      let mark = try watch.mark()
      if mark != last { marks += 1 }
      last = mark
      usleep(10_000)
    }
    #expect(marks == 3, "\(text(error))")
    #expect(!watch.isReplaced(last))
  }

  /// D6: a backup that is made while another process writes restores to a registry that verifies.
  @Test func backupUnderLoad() throws {
    let sample = try Sample()
    let (output, error) = (sample.scratch.url("output"), sample.scratch.url("error"))
    let other = sample.scratch.url("loaded")
    let registry = try Registry.create(at: other, base: Self.base, actor: "ada")
    let process = try Faults.start(["load", other.path, "--seconds", "60"], output: output, error: error)
    defer {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    while try Data(contentsOf: output).isEmpty {
      try #require(process.isRunning, "\(text(error))")
      usleep(10_000)
    }
    var heads: Set<Int> = []
    for round in 0..<(Faults.isFull ? 20 : 3) {
      let record = try registry.backup(to: sample.scratch.url("backup-\(round)"))
      heads.insert(record.audit.sequence)
      let verification = try Registry.restore(
        from: sample.scratch.url("backup-\(round)"), to: sample.scratch.url("restored-\(round)"))
      #expect(verification.failures.isEmpty && verification.audit == record.audit)
    }
    #expect(heads.count > 1, "nothing was written meanwhile")
    try #require(process.isRunning, "\(text(error))")
  }

  /// The base of the program's own versions.
  private static let base = BaseRecord(
    path: "/base", weights: Digest(of: Data("weights".utf8)), configuration: nil,
    tokenizer: Digest(of: Data("tokenizer".utf8)))

  /// D4: going back to any release takes at most a second in 99 of 100 cases, with 1,000 versions (40 in every run).
  @Test func rollbackIsQuick() throws {
    let result = try Faults.run("rollback", "--versions", Faults.isFull ? "1000" : "40")
    #expect((result["p99"] ?? 2) <= 1, "\(result)")
  }
}
