import Files
import Foundation
import TestSupport
import Testing

@testable import Access

/// Does a file that is not what it should be let nobody in, and say what it is?
@Suite struct DamagedKeysTests {
  private func expectRefused(
    _ sample: KeySample, _ words: String, category: ErrorCategory? = nil, location: SourceLocation = #_sourceLocation
  ) {
    for mode in [AccessKeys.Mode.reading, .writing] {
      do {
        let keys = try sample.opened(mode)
        _ = try keys.list()
        _ = try keys.verify("ak_000000000000_" + String(repeating: "A", count: 43))
        Issue.record("nothing was refused", sourceLocation: location)
      } catch {
        #expect(
          "\(error)".contains(words) && "\(error)".contains("access.sqlite"), "\(error)", sourceLocation: location)
        #expect(!(error is AccessRefusal), "\(error)", sourceLocation: location)
        if let category { #expect(ErrorCategory(of: error) == category, "\(error)", sourceLocation: location) }
      }
    }
  }

  @Test func aFileThatWasCutOff() throws {
    let (sample, _) = try KeySample.closed()
    let whole = try Data(contentsOf: sample.file)
    try #require(whole.count > 8192 && whole.count.isMultiple(of: 4096))
    for length in [1, 15, 16, 99, 100, 2048, 4095, 4096, 4097, 8192, whole.count - 4096] {
      try whole.prefix(length).write(to: sample.file)
      expectRefused(sample, "damaged", category: .damaged)
    }
    try Data().write(to: sample.file)
    expectRefused(sample, "it has no schema", category: .damaged)
    try whole.write(to: sample.file)
    #expect(try sample.opened().list().count == 1)
  }

  /// Any byte may be another one: the file is refused or has its keys, and nothing else happens.
  @Test func anyByte() throws {
    let (sample, key) = try KeySample.closed()
    let whole = try Data(contentsOf: sample.file)
    var (refused, read) = (0, 0)
    for position in stride(from: 0, to: whole.count, by: 97) {
      var bytes = whole
      bytes[position] ^= 0x41
      try bytes.write(to: sample.file)
      for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: sample.file.path + name) }
      do {
        _ = try sample.opened(.reading).verify(key)
        read += 1
      } catch {
        #expect(!"\(error)".contains("\n"))
        refused += 1
      }
    }
    #expect(refused > 0 && read > 0)
  }

  @Test func noise() throws {
    let (sample, _) = try KeySample.closed()
    try Data((0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }).write(to: sample.file)
    expectRefused(sample, "damaged", category: .damaged)
    try Data("ak_0123456789ab".utf8).write(to: sample.file)
    expectRefused(sample, "damaged", category: .damaged)
  }

  /// `PRAGMA user_version` lies at byte 60 of the file.
  @Test func aNewerSchemaIsRefused() throws {
    let (sample, _) = try KeySample.closed()
    let whole = try Data(contentsOf: sample.file)
    try #require(whole[60..<64].elementsEqual([0, 0, 0, 1]))
    var newer = whole
    newer.replaceSubrange(60..<64, with: [0, 0, 0, 99])
    try newer.write(to: sample.file)
    expectRefused(sample, "has schema 99, this program knows up to 1. Use a newer accrete", category: .incompatible)
    #expect(try Data(contentsOf: sample.file) == newer)
    newer.replaceSubrange(60..<64, with: [0xFF, 0xFF, 0xFF, 0xFF])
    try newer.write(to: sample.file)
    expectRefused(sample, "no schema", category: .damaged)
  }

  /// What a row says is not trusted: another word, of the same length, in the place of one.
  @Test(arguments: [
    ("infer", "xnfer", "\"xnfer\" is not a scope"), ("spam@*", "sp*m@*", "is not a pattern"),
    ("access_key", "access_kex", "access"),
  ])
  func otherWords(word: String, other: String, message: String) throws {
    let (sample, _) = try KeySample.closed()
    var bytes = try Data(contentsOf: sample.file)
    var count = 0
    while let range = bytes.range(of: Data(word.utf8)) {
      bytes.replaceSubrange(range, with: Data(other.utf8))
      count += 1
    }
    try #require(count > 0)
    try bytes.write(to: sample.file)
    expectRefused(sample, message.replacing("\"", with: ""), category: .damaged)
  }

  @Test func whatIsNoFile() throws {
    let scratch = try Scratch()
    let file = scratch.url("access.sqlite")
    func expectRefused(_ words: String..., location: SourceLocation = #_sourceLocation) {
      for mode in [AccessKeys.Mode.reading, .writing] {
        do {
          _ = try AccessKeys.open(in: scratch.url, mode: mode)
          Issue.record("nothing was refused", sourceLocation: location)
        } catch {
          for word in words { #expect("\(error)".contains(word), "\(error)", sourceLocation: location) }
        }
      }
      unlink(file.path)
      rmdir(file.path)
    }
    // Nobody waits for who writes into a pipe.
    mkfifo(file.path, 0o600)
    expectRefused("a pipe")
    mkdir(file.path, 0o700)
    expectRefused("a folder")
    let outside = try Scratch()
    try outside.write("x", to: "mine")
    symlink(outside.url("mine").path, file.path)
    expectRefused("is a link to", "mine")
    symlink(outside.url("nowhere").path, file.path)
    expectRefused("access.sqlite")
    #expect(try outside.text("mine") == "x" && (try tree(outside.url).count) == 1)
    // Nothing of it is read.
    try Data().write(to: file)
    truncate(file.path, (64 << 20) + 1)
    expectRefused("\((64 << 20) + 1) bytes, the limit is \(64 << 20)")
    // A journal is opened, too.
    let (sample, _) = try KeySample.closed()
    for name in ["-wal", "-shm"] { unlink(sample.file.path + name) }
    mkfifo(sample.file.path + "-wal", 0o600)
    self.expectRefused(sample, "a pipe")
  }

  @Test func aFolderThatIsMissing() throws {
    let scratch = try Scratch()
    let folder = scratch.url("nowhere")
    expectRefusal("nowhere/access.sqlite") { _ = try AccessKeys.open(in: folder) }
    expectRefusal("nowhere/access.sqlite") { _ = try AccessKeys.open(in: folder, mode: .reading) }
    #expect(try tree(scratch.url, folders: true).isEmpty)
  }

  @Test(.enabled(if: geteuid() != 0, "root may do everything")) func aFolderWithoutRights() throws {
    let (sample, _) = try KeySample.closed()
    let empty = try Scratch()
    defer { for url in [sample.scratch.url, empty.url] { chmod(url.path, 0o700) } }
    // Nothing can be made in it.
    chmod(empty.url.path, 0o500)
    let error = #expect(throws: FileError.self) { _ = try AccessKeys.open(in: empty.url) }
    #expect(error?.category == .inputOutput)
    // It may not even be entered: nobody is told that there are no keys.
    chmod(sample.scratch.url.path, 0)
    for mode in [AccessKeys.Mode.reading, .writing] {
      let error = #expect(throws: FileError.self) { _ = try sample.opened(mode) }
      #expect(error.map { "\($0)".contains("ermission denied") } == true, "\(String(describing: error))")
    }
  }
}
