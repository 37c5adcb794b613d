import Files
import Foundation
import TestSupport
import Testing

/// Are files opened without waiting for anybody, and read no further than they may be?
@Suite struct RegularFileTests {
  private func refusal(_ url: URL) -> String {
    do {
      _ = try MappedFile(url)
      return "taken"
    } catch {
      return "\(error)"
    }
  }

  /// A pipe without a writer: opening it the ordinary way would never return.
  @Test(.timeLimit(.minutes(1))) func aPipeInsteadOfAFile() throws {
    let scratch = try Scratch()
    let pipe = scratch.url("pipe")
    try #require(mkfifo(pipe.path, 0o600) == 0)
    for url in [pipe, scratch.url("link")] {
      if url != pipe { try scratch.link("link", to: "pipe") }
      let text = refusal(url)
      #expect(
        text.hasPrefix(url.path) && text.contains("not a regular file but a pipe") && text.contains("`-`"), "\(text)")
    }
    #expect(throws: FileError.self) { try RegularFile(pipe) }
    #expect(throws: FileError.self) { try Digest(ofFile: pipe) }
    let error = #expect(throws: FileError.self) { try RunningDigest(ofFirst: 1, in: pipe) }
    #expect(error?.description.contains("not a regular file but a pipe") == true)
  }

  @Test func whatElseIsNoFile() throws {
    let scratch = try Scratch()
    #expect(refusal(scratch.url).contains("not a regular file but a folder"))
    #expect(refusal(URL(fileURLWithPath: "/dev/null")).contains("not a regular file but a device"))
    #expect(refusal(scratch.url("none")).contains("no such file"))
    let socket = scratch.url("s")
    let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array(socket.path.utf8)
    try #require(path.count < MemoryLayout.size(ofValue: address.sun_path))
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
    #expect(refusal(socket).contains("not a regular file but a socket"))
  }

  /// The same file through /proc, as a shell's redirection gives it.
  @Test func aFileByItsDescriptor() throws {
    let scratch = try Scratch()
    let file = try scratch.write("text", to: "a")
    let descriptor = open(file.path, O_RDONLY)
    defer { close(descriptor) }
    let same = try MappedFile(URL(fileURLWithPath: "/proc/self/fd/\(descriptor)"))
    #expect(same.data() == Data("text".utf8))
  }

  @Test func readsInPieces() throws {
    let scratch = try Scratch()
    let text = String(repeating: "0123456789", count: 20_000)
    let file = try RegularFile(scratch.write(text, to: "a"))
    var all: [UInt8] = []
    while true {
      let piece = try file.next()
      if piece.isEmpty { break }
      all += piece
    }
    #expect(file.size == 200_000 && String(decoding: all, as: UTF8.self) == text)
  }

  /// Some bytes of a file that is longer, more than it has, and as many as one piece has.
  @Test(arguments: [0, 1, 1 << 16, (1 << 16) + 1, 200_000, 300_000]) func theBeginningOfAFile(count: Int) throws {
    let scratch = try Scratch()
    let data = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 * $0) })
    let running = try RunningDigest(ofFirst: UInt64(count), in: scratch.write(data, to: "a"))
    #expect(running.bytes == UInt64(min(count, data.count)) && running.digest == Digest(of: data.prefix(count)))
  }

  @Test func lines() {
    func lines(_ text: String) -> [String] {
      var found: [String] = []
      Data(text.utf8).forEachLine { found.append("\($0) " + String(decoding: $1, as: UTF8.self)) }
      return found
    }
    #expect(lines("") == [] && lines("a") == ["1 a"] && lines("a\n") == ["1 a"])
    #expect(lines("a\n\nb\n") == ["1 a", "2 ", "3 b"] && lines("\n") == ["1 "])
    // The indices of a part of some data begin elsewhere.
    var found: [Data] = []
    Data("xx\na\nb".utf8).dropFirst(3).forEachLine { found.append(Data($1)) }
    #expect(found == [Data("a".utf8), Data("b".utf8)])
  }
}
