import CFaults
import Files
import Foundation
import Registry

/// Kills a process at every call that changes the disk, of operation after operation: the registry that is left verifies, has the operation
/// whole or not at all, and the same operation once more ends as if nothing had happened.
struct Killing {
  let folder: URL
  let operations: Operations
  let tears: Bool
  /// Of how many calls one is chosen; which one differs from operation to operation.
  let every: Int

  init(_ folder: URL, seed: Int, tears: Bool, every: Int) {
    self.every = max(every, 1)
    self.folder = folder
    self.tears = tears
    operations = Operations(seed: seed)
  }

  private struct Result: Encodable {
    let operations: Int
    let kills: Int
    /// Kills after which the operation was done.
    let done: Int
    let undone: Int
    let seconds: Double
  }

  func run(operations count: Int, first: Int) throws {
    // A process that is killed loses nothing that it has written, flushed or not; the calls are counted all the same.
    faults_skip_sync(1)
    let begin = Date()
    let state = folder.appendingPathComponent("state")
    require(
      Child.run {
        _ = try Registry.create(at: state, base: Operations.base, actor: "tester", clock: Operations.clock(0))
      } == .exit(0), "create")
    var (kills, done) = (0, 0)
    for index in 0..<first { require(step(index, state) == .exit(0), "operation \(index)") }
    for index in first..<first + count {
      let result = try killed(index, state)
      kills += result.kills
      done += result.done
      require(step(index, state) == .exit(0), "operation \(index)")
    }
    let result = Result(
      operations: count, kills: kills, done: done, undone: kills - done, seconds: Date().timeIntervalSince(begin))
    print(String(decoding: try JSONFile.encode(result, pretty: false), as: UTF8.self))
  }

  /// Does an operation for good.
  private func step(_ index: Int, _ state: URL) -> Child.End {
    Child.run {
      try operations.prepare(index, in: folder)
      try operations.run(index, try Operations.open(state, index))
    }
  }

  private func killed(_ index: Int, _ state: URL) throws -> (kills: Int, done: Int) {
    let (url, note) = (folder.appendingPathComponent("work/registry"), folder.appendingPathComponent("note"))
    let work = url.deletingLastPathComponent()
    func copy() throws {
      try? FileManager.default.removeItem(at: work)
      try Copy.make(state, url)
      try operations.handOver(index, from: folder, to: work)
    }
    let name = "operation \(index) (\(operations.kind(index)), seed \(operations.seed))"
    // How many calls there are, and what it looks like before and afterwards.
    var end = Child.run {
      try operations.prepare(index, in: folder)
      try copy()
      let before = try Operations.open(url, index).fingerprint()
      try copy()
      faults_arm(Int32(FAULTS_NONE), 0)
      let registry = try Operations.open(url, index)
      try operations.run(index, registry)
      try registry.close()
      let count = faults_count()
      try Child.give("\(count) \(before) \(try Operations.open(url, index).fingerprint())", note)
    }
    require(end == .exit(0), "\(name): \(end)")
    let words = Child.take(note).split(separator: " ").map(String.init)
    guard words.count == 3, let calls = Int(words[0]) else { fail("\(name): no note") }
    var (kills, done) = (0, 0)
    for call in stride(from: 1 + index % every, through: calls, by: every) {
      end = Child.run {
        try copy()
        faults_arm(Int32(tears ? FAULTS_TEAR : FAULTS_KILL), call)
        let registry = try Operations.open(url, index)
        try operations.run(index, registry)
        try registry.close()
      }
      require(end == .signal(SIGKILL), "\(name), call \(call) of \(calls): was not killed but \(end)")
      end = Child.run {
        let registry = try Operations.open(url, index)
        let verification = try registry.verify()
        if let failure = verification.failures.first { throw Wrong("\(failure.what): \(failure.found)") }
        let found = try registry.fingerprint().description
        guard found == words[1] || found == words[2] else { throw Wrong("neither done nor undone") }
        try Child.give(found, note)
        if found == words[1] {
          try operations.run(index, registry)
          guard try registry.fingerprint().description == words[2] else { throw Wrong("once more ends otherwise") }
          if let failure = try registry.verify().failures.first {
            throw Wrong("once more: \(failure.what): \(failure.found)")
          }
        }
      }
      require(end == .exit(0), "\(name), killed at call \(call) of \(calls): \(end)")
      kills += 1
      if Child.take(note) == words[2] { done += 1 }
    }
    return (kills, done)
  }

  private func require(_ isTrue: Bool, _ what: String) { if !isTrue { fail(what) } }
}

struct Wrong: Error, CustomStringConvertible {
  let description: String
  init(_ text: String) { description = text }
}
