import Files
import Foundation
import TestSupport
import Testing

@testable import Pretraining

/// Data that Python's zlib packed in every way it has, and what is done to it by accident or on purpose.
@Suite struct GzipTests {
  private let folder: CorpusScratch

  init() throws { folder = try CorpusScratch() }

  private func unpacked(_ url: URL) throws -> [UInt8] {
    var (input, bytes) = (try TextInput(url, isGzipped: true), [UInt8]())
    while case let piece = try input.next(), !piece.isEmpty { bytes += piece }
    return bytes
  }

  private func golden(_ name: String) throws -> Data {
    try Data(contentsOf: CorpusGoldens.resource("gzip/\(name).gz"))
  }

  private func refusal(_ data: Data) throws -> String {
    let url = try folder.write(data, to: "x.gz")
    return corpusMessage(in: folder) { _ = try unpacked(url) }
  }

  @Test func everyWayOfPacking() throws {
    let text = try unpacked(CorpusGoldens.resource("gzip/default-150000.gz"))
    let goldens = try CorpusGoldens.read()
    #expect(text.withUnsafeBytes { Digest(of: [$0]) } == goldens.gzipText)
    let names = try FileManager.default.contentsOfDirectory(atPath: CorpusGoldens.resource("gzip").path).sorted()
    #expect(names.count == 13)
    for name in names {
      let size = try #require(Int(name.dropLast(".gz".count).split(separator: "-").last ?? ""))
      let bytes = try unpacked(CorpusGoldens.resource("gzip/\(name)"))
      #expect(bytes == Array(text.prefix(size)), "\(name)")
    }
  }

  @Test func cutShortAnywhere() throws {
    for name in ["header-9000", "one-1", "empty-0", "stored-5000"] {
      let data = try golden(name)
      for end in data.indices.dropFirst() where end < 200 || end % 13 == 0 || end > data.count - 12 {
        #expect(try refusal(data[..<end]).hasPrefix("x.gz: expected "), "\(name) up to \(end)")
      }
    }
    #expect(
      try refusal(golden("one-1").dropLast())
        == "\(folder.url.path.dropFirst(0))/x.gz: expected the rest of the packed data, got the end of the file. "
        .replacingOccurrences(of: folder.url.path + "/", with: "")
        + "Fix: The file was cut; copy or download it again.")
    #expect(try refusal(Data()).contains("expected gzipped data, got another file"))
  }

  /// A flipped bit is found, by the checksum at the latest, unless a copy begins elsewhere in the same text.
  @Test func everyFlippedBit() throws {
    let data = try golden("header-9000")
    let whole = try unpacked(CorpusGoldens.resource("gzip/header-9000.gz"))
    var harmless = 0
    for bit in 0..<8 * data.count where bit < 400 || bit % 7 == 0 || bit >= 8 * data.count - 64 {
      var broken = data
      broken[bit / 8] ^= 1 << (bit % 8)
      let message = try refusal(broken)
      if message == "no error" {
        harmless += 1
        #expect(try unpacked(folder.url.appendingPathComponent("x.gz")) == whole, "bit \(bit)")
      } else {
        #expect(message.hasPrefix("x.gz: expected "), "bit \(bit)")
      }
    }
    #expect(harmless < 8)
  }

  @Test func whatFollows() throws {
    #expect(try refusal(golden("one-1") + Data("more".utf8)).contains("got other bytes after it"))
    #expect(try refusal(Data("{\"text\": 1}".utf8)).contains("Only gzipped files may end in .gz"))
  }

  /// 200 MB of zeros in a few hundred kB are no text. (Made here of stored bytes and copies: level 9 of zlib packs no closer.)
  @Test func bomb() throws {
    let message = try refusal(Self.bomb(copies: 800_000))
    #expect(message.contains("expected text that unpacks to at most 256 times its size"), "\(message)")
  }

  /// One block of the fixed code: the byte 0, then copies of 258 bytes from one byte before; two bytes and a half each.
  private static func bomb(copies: Int) -> Data {
    var (bits, count, data) = (UInt64(0), 0, Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]))
    func add(_ value: UInt64, _ size: Int) {
      bits |= value << UInt64(count)
      count += size
      while count >= 8 {
        data.append(UInt8(truncatingIfNeeded: bits))
        bits >>= 8
        count -= 8
      }
    }
    // Last block with a code of its own: literals 0 and 256 have three bits (and 257 … as they come), 285 one bit.
    add(1, 1)
    add(2, 2)
    add(29, 5)  // 286 literals and lengths
    add(0, 5)  // 1 distance
    add(14, 4)  // 18 lengths of lengths
    // In the order 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1: 18 and 0 and 1 and 2 have two bits each.
    for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1] {
      add([0, 1, 2, 18].contains(symbol) ? 2 : 0, 3)
    }
    func length(_ symbol: Int) { add([0: 0b00, 1: 0b10, 2: 0b01, 18: 0b11][symbol, default: 0], 2) }
    func zeros(_ size: Int) {
      length(18)
      add(UInt64(size - 11), 7)
    }
    length(2)  // literal 0: two bits, 10
    zeros(138)
    zeros(117)
    length(2)  // 256: two bits, 11
    zeros(28)
    length(1)  // 285: one bit, 0
    length(1)  // distance 1: one bit, 0
    add(0b01, 2)
    for _ in 0..<copies { add(0, 2) }
    add(0b11, 2)
    if count > 0 { add(0, 8 - count) }
    return data
  }
}
