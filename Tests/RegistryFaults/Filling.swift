import CFaults
import Files
import Foundation
import Registry

/// Lets the disk be full from every call on that needs room, of operation after operation: one clear error, nothing half done, and with room
/// the same operation ends as if nothing had happened.
struct Filling {
  let folder: URL
  let operations: Operations

  init(_ folder: URL, seed: Int) {
    self.folder = folder
    operations = Operations(seed: seed)
  }

  private struct Result: Encodable {
    let operations: Int
    let refusals: Int
    /// Operations that were done before the disk was full: what remained was tidying up.
    let done: Int
  }

  func run(operations count: Int) throws {
    faults_skip_sync(1)
    let state = folder.appendingPathComponent("state")
    var (refusals, done) = (0, 0)
    guard
      Child.run({
        _ = try Registry.create(at: state, base: Operations.base, actor: "tester", clock: Operations.clock(0))
      }) == .exit(0)
    else { fail("create") }
    for index in 0..<count {
      let note = folder.appendingPathComponent("note")
      let end = Child.run { try Child.give(try filled(index, state), note) }
      let words = Child.take(note).split(separator: " ").compactMap { Int($0) }
      guard end == .exit(0), words.count == 2 else { fail("operation \(index) (\(operations.kind(index))): \(end)") }
      refusals += words[0]
      done += words[1]
      let step = Child.run {
        try operations.prepare(index, in: folder)
        try operations.run(index, try Operations.open(state, index))
      }
      guard step == .exit(0) else { fail("operation \(index): \(step)") }
    }
    let result = Result(operations: count, refusals: refusals, done: done)
    print(String(decoding: try JSONFile.encode(result, pretty: false), as: UTF8.self))
  }

  private func filled(_ index: Int, _ state: URL) throws -> String {
    let url = folder.appendingPathComponent("work/registry")
    let work = url.deletingLastPathComponent()
    func copy() throws {
      try? FileManager.default.removeItem(at: work)
      try Copy.make(state, url)
      try operations.handOver(index, from: folder, to: work)
    }
    try operations.prepare(index, in: folder)
    try copy()
    let before = try Operations.open(url, index).fingerprint()
    try copy()
    faults_arm(Int32(FAULTS_NONE), 0)
    var registry = try Operations.open(url, index)
    try operations.run(index, registry)
    let calls = faults_count()
    let after = try registry.fingerprint()
    var (refusals, done) = (0, 0)
    for call in 1...max(calls, 1) {
      try copy()
      faults_arm(Int32(FAULTS_FULL), call)
      do {
        registry = try Operations.open(url, index)
        try operations.run(index, registry)
        done += 1
      } catch let error as RegistryError {
        guard case .diskFull = error else { throw Wrong("call \(call): \(error)") }
        refusals += 1
      } catch let error as FileError {
        guard case .diskFull = error else { throw Wrong("call \(call): \(error)") }
        refusals += 1
      }
      faults_arm(Int32(FAULTS_NONE), 0)
      registry = try Operations.open(url, index)
      if let failure = try registry.verify().failures.first {
        throw Wrong("call \(call): \(failure.what): \(failure.found)")
      }
      let found = try registry.fingerprint()
      guard found == before || found == after else { throw Wrong("call \(call): neither done nor undone") }
      let tmp = try FileManager.default.contentsOfDirectory(atPath: url.appendingPathComponent("blobs/tmp").path)
      guard tmp.isEmpty else { throw Wrong("call \(call): left \(tmp)") }
      if found == before { try operations.run(index, registry) }
      guard try registry.fingerprint() == after else { throw Wrong("call \(call): once more ends otherwise") }
    }
    return "\(refusals) \(done)"
  }
}
