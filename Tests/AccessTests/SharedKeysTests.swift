import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Access

/// Do several programs that have the same file see each other's changes?
@Suite struct SharedKeysTests {
  @Test func aRevocationIsSeenWithinASecond() throws {
    let sample = try KeySample()
    let made = try sample.keys.create(AccessKeyRequest("ci"))
    let server = try sample.opened()
    #expect(try server.verify(made.key).name == "ci")
    try sample.keys.revoke("ci")
    sample.clocks.pass(0.9)
    #expect(throws: AccessRefusal.invalidKey) { try server.verify(made.key) }
  }

  @Test func aNewKeyIsSeenWithinASecond() throws {
    let sample = try KeySample()
    let server = try sample.opened(.reading)
    #expect(throws: AccessRefusal.invalidKey) {
      try server.verify("ak_000000000000_" + String(repeating: "A", count: 43))
    }
    let made = try sample.keys.create(AccessKeyRequest("ci"))
    sample.clocks.pass(0.9)
    #expect(try server.verify(made.key).name == "ci")
  }

  /// The file is not asked for every request: until somebody looks again, what was read counts.
  @Test func itIsNotAskedAllTheTime() throws {
    let sample = try KeySample()
    let made = try sample.keys.create(AccessKeyRequest("ci"))
    let server = try sample.opened(.reading)
    _ = try server.verify(made.key)
    try sample.keys.revoke("ci")
    sample.clocks.pass(0.2)
    #expect(try server.verify(made.key).name == "ci")
    sample.clocks.pass(0.1)
    #expect(throws: AccessRefusal.invalidKey) { try server.verify(made.key) }
  }

  /// All that make the file at once find one file, and lose no key.
  @Test func manyBeginAtOnce() throws {
    let scratch = try Scratch()
    let problems = Mutex<[String]>([])
    let made = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { number in
      do {
        let keys = try AccessKeys.open(in: scratch.url)
        for turn in 0..<5 {
          let key = try keys.create(AccessKeyRequest("key-\(number)-\(turn)")).key
          made.withLock { $0.append(key) }
          if turn > 0 { try keys.revoke("key-\(number)-\(turn - 1)") }
        }
        try keys.close()
      } catch {
        problems.withLock { $0.append("\(error)") }
      }
    }
    #expect(problems.withLock { $0 } == [])
    let keys = try AccessKeys.open(in: scratch.url)
    let list = try keys.list()
    #expect(list.count == 40 && Set(list.map(\.id)).count == 40 && list.count { $0.revoked == nil } == 8)
    let usable = made.withLock { $0 }.count { (try? keys.verify($0)) != nil }
    #expect(usable == 8)
    #expect(try tree(scratch.url).keys.allSatisfy { $0.hasPrefix("access.sqlite") })
  }

  /// When a key was last used is written once a minute at most.
  @Test func lastUse() throws {
    let sample = try KeySample()
    let (one, two) = (try sample.keys.create(AccessKeyRequest("one")), try sample.keys.create(AccessKeyRequest("two")))
    let begin = sample.clocks.date()
    func used() throws -> [Date?] { try sample.opened(.reading).list().sorted { $0.name < $1.name }.map(\.lastUsed) }
    func expect(_ expected: [Date?], location: SourceLocation = #_sourceLocation) throws {
      // It is written while the request goes on.
      let end = ContinuousClock.now + .seconds(60)
      while try used() != expected, ContinuousClock.now < end { usleep(5000) }
      #expect(try used() == expected, sourceLocation: location)
    }
    let server = try sample.opened()
    _ = try server.verify(one.key)
    try expect([begin, nil])
    sample.clocks.pass(59)
    _ = try server.verify(one.key)
    _ = try server.verify(two.key)
    #expect(throws: AccessRefusal.self) {
      try server.verify("ak_\(two.record.id)_" + String(repeating: "A", count: 43))
    }
    usleep(50_000)
    #expect(try used() == [begin, nil])
    sample.clocks.pass(1)
    _ = try server.verify(two.key)
    try expect([begin.addingTimeInterval(59), begin.addingTimeInterval(60)])
    // What is not written yet is when it is closed.
    sample.clocks.pass(10)
    _ = try server.verify(one.key)
    try server.close()
    #expect(try used() == [begin.addingTimeInterval(70), begin.addingTimeInterval(60)])
  }

  /// Keys of a file that is gone open nothing; those of the one that has its name do.
  @Test func theFileIsReplaced() throws {
    let sample = try KeySample()
    let made = try sample.keys.create(AccessKeyRequest("ci"))
    let (other, key) = try KeySample.closed(AccessKeyRequest("other"))
    let server = try sample.opened()
    #expect(try server.verify(made.key).name == "ci")
    try sample.keys.close()
    for name in try tree(sample.scratch.url).keys {
      try FileManager.default.removeItem(at: sample.scratch.url(name))
    }
    sample.clocks.pass(1)
    for _ in 0..<2 { expectRefusal("the file was removed while it was open") { _ = try server.verify(made.key) } }
    expectRefusal("the file was removed") { _ = try server.list() }
    try sample.scratch.copy(other.file, as: "access.sqlite")
    sample.clocks.pass(1)
    #expect(try server.verify(key).name == "other")
    #expect(throws: AccessRefusal.invalidKey) { try server.verify(made.key) }
  }
}
