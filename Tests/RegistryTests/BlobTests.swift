import Files
import Foundation
import TestSupport
import Testing

@testable import Registry

/// Are the bytes of a blob those that its name says?
@Suite struct BlobTests {
  @Test func bytesComeBack() throws {
    let sample = try Sample()
    // Longer than what one read takes.
    let data = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    let blob = try sample.registry.addBlob(data, media: "application/octet-stream")
    #expect(blob == BlobReference(digest: Digest(of: data), bytes: 200_000, media: "application/octet-stream"))
    #expect(try sample.registry.blob(blob.digest) == data)
    let url = try sample.registry.blobURL(blob.digest)
    #expect(try Data(contentsOf: url) == data)
    #expect(try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int == 0o444)
    let file = sample.scratch.url("file")
    try data.write(to: file)
    #expect(try sample.registry.addBlob(fileAt: file, media: "application/octet-stream") == blob)
    let empty = try sample.registry.addBlob(Data(), media: "text/plain")
    #expect(try sample.registry.blob(empty.digest).isEmpty)
    #expect(try tree(sample.url.appendingPathComponent("blobs")).count == 2)
  }

  /// A byte that was changed is noticed by whoever reads; who adds the same bytes again repairs it.
  @Test func aChangedByteIsFound() throws {
    let sample = try Sample()
    let blob = try sample.registry.addBlob(Data("abcdef".utf8), media: "text/plain")
    let url = try sample.registry.blobURL(blob.digest)
    chmod(url.path, 0o644)
    try Data("abcdeg".utf8).write(to: url)
    expectRefusal(url.path, "\(blob.digest)", "was changed", "\(Digest(of: Data("abcdeg".utf8)))") {
      _ = try sample.registry.blob(blob.digest)
    }
    expectRefusal("was changed") { _ = try sample.registry.blobURL(blob.digest) }
    expectRefusal("was changed") {
      _ = try sample.registry.register(
        try sample.manifest("spam", parts: ["tensors": blob]), metrics: [], gate: nil, actor: "ada")
    }
    _ = try sample.registry.addBlob(Data("abcdef".utf8), media: "text/plain")
    #expect(try sample.registry.blob(blob.digest) == Data("abcdef".utf8))
  }

  /// A link with the right bytes behind it is found before a backup is made that leaves them out.
  @Test func aLinkIsNoBlob() throws {
    let sample = try Sample()
    let spam = try sample.version("spam")
    let blob = try #require(sample.registry.manifest(of: spam).parts.values.first)
    let url = try sample.registry.blobURL(blob.digest)
    let elsewhere = sample.scratch.url("elsewhere")
    try FileManager.default.moveItem(at: url, to: elsewhere)
    try FileManager.default.createSymbolicLink(at: url, withDestinationURL: elsewhere)
    #expect(throws: FileError.linkLeadsOut(path: url.path, target: elsewhere.path)) {
      _ = try sample.registry.blob(blob.digest)
    }
    #expect(
      try sample.registry.verify().checks.contains { !$0.ok && $0.found.contains("is a link to \(elsewhere.path)") })
  }

  @Test func whoReadsWritesNothing() throws {
    let sample = try Sample()
    let before = try tree(sample.url).keys.sorted()
    let reader = try sample.opened(.reading)
    expectRefusal("opened for reading") { _ = try reader.addBlob(Data(), media: "text/plain") }
    expectRefusal("opened for reading") { try reader.setBasePath("/x", actor: "ada") }
    #expect(try tree(sample.url).keys.sorted() == before)
  }

  @Test(arguments: [0, 1, 3, 4, 257, 70_000]) func compressedBytesComeBack(count: Int) throws {
    let sample = try Sample()
    var state: UInt64 = 7
    let noise = Data(
      (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return UInt8(truncatingIfNeeded: state >> 56)
      })
    let words = Data((0..<count).map { UInt8(ascii: "a") + UInt8(($0 / 7) % 3) })
    for data in [noise, words, Data(repeating: 0, count: count)] {
      let blob = try sample.registry.addPackedBlob(data, media: "application/x-ndjson")
      #expect(blob.media == "application/x-ndjson+gzip")
      #expect(try sample.registry.unpackedBlob(blob.digest) == data)
      #expect(try sample.registry.addPackedBlob(data, media: "application/x-ndjson") == blob)
    }
    if count > 1000 { #expect(Gzip.packed(words).count < count / 20) }
  }

  /// Another program reads it, and what another program wrote is read.
  @Test func isGzip() throws {
    let scratch = try Scratch()
    let text = Data((0..<3000).map { "{\"text\":\"row \($0 * $0)\",\"label\":\($0 % 3)}" }.joined(separator: "\n").utf8)
    let packed = Gzip.packed(text)
    #expect(packed.count < text.count / 3)
    try packed.write(to: scratch.url("a.gz"))
    try text.write(to: scratch.url("b"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "gunzip -k a.gz && gzip -nk b && gzip -n1c b > c.gz && printf 'x' | gzip -n > d.gz"]
    process.currentDirectoryURL = scratch.url
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    #expect(try Data(contentsOf: scratch.url("a")) == text)
    for name in ["b.gz", "c.gz"] { #expect(try Gzip.unpacked(Data(contentsOf: scratch.url(name))) == text) }
    #expect(try Gzip.unpacked(Data(contentsOf: scratch.url("d.gz"))) == Data("x".utf8))
  }

  /// Whatever is in a file: an error, no crash, no endless memory.
  @Test func refusesBrokenGzip() throws {
    let whole = Gzip.packed(Data((0..<500).flatMap { "word \($0 % 9) ".utf8 }))
    for length in 0..<whole.count { #expect(throws: Gzip.Failure.self) { try Gzip.unpacked(whole.prefix(length)) } }
    // The last byte of the stream ends with bits that mean nothing, as do one of the flags (it is text), time and system of the head.
    let expected = try Gzip.unpacked(whole)
    var unused = 0
    for position in 0..<whole.count * 8 where position != 24 && !(32..<80).contains(position) {
      var bytes = whole
      bytes[position / 8] ^= 1 << UInt8(position % 8)
      do {
        #expect(try Gzip.unpacked(bytes) == expected && position / 8 == whole.count - 9, "bit \(position)")
        unused += 1
      } catch {
        #expect(error is Gzip.Failure, "bit \(position)")
      }
    }
    #expect(unused < 8)
    let zeros = Gzip.packed(Data(count: 100_000))
    #expect(throws: Gzip.Failure.self) { try Gzip.unpacked(zeros, limit: 99_999) }
  }
}
