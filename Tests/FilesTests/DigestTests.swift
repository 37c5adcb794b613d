import Files
import Foundation
import Testing

/// Does a digest say what SHA-256 says, and take nothing else for one?
@Suite struct DigestTests {
  private static let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  @Test func theStandardsExamples() throws {
    #expect(Digest(of: Data("abc".utf8)).description == Self.abc)
    #expect(Digest(of: Data()).hexadecimal == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func wordsBytesAndBack() throws {
    let digest = try #require(Digest(Self.abc))
    #expect(digest == Digest(of: Data("abc".utf8)) && digest.bytes.count == 32 && digest.bytes.first == 0xBA)
    #expect(Digest(bytes: digest.bytes) == digest && "sha256:" + digest.hexadecimal == Self.abc)
    #expect(try JSONDecoder().decode([Digest].self, from: JSONEncoder().encode([digest])) == [digest])
    // A slice of data begins elsewhere than at 0.
    #expect(Digest(bytes: (Data([7]) + digest.bytes).dropFirst()) == digest)
    #expect(Digest(bytes: Data(digest.bytes.dropLast())) == nil && Digest(bytes: digest.bytes + [0]) == nil)
  }

  @Test(
    arguments: [
      "", "sha256:", "sha256:ab", String(abc.dropLast()), abc + "0", abc.uppercased(), "sha1:" + abc.dropFirst(7),
      abc.replacing("b", with: "g"), abc.replacing("a", with: "á"), " " + abc,
    ])
  func whatIsNoDigest(text: String) {
    #expect(Digest(text) == nil)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Digest].self, from: JSONEncoder().encode([text])) }
  }

  @Test(arguments: 0..<4) func digitsAndBytes(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 255 - 77 * $0) }
    let text = bytes.withUnsafeBytes { Hexadecimal.text($0, after: "0x") }
    #expect(text == "0x" + bytes.map { String(format: "%02x", $0) }.joined())
    #expect(Hexadecimal.bytes(text.utf8.dropFirst(2)) == bytes)
    #expect(Hexadecimal.bytes((text.dropFirst(2) + "f").utf8) == nil)
  }
}
