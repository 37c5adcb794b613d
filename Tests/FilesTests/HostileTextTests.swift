import Files
import Foundation
import TestSupport
import Testing

/// Names, digests, messages and JSON that is not trusted.
@Suite struct HostileTextTests {
  @Test(arguments: [
    "", ".", "..", ".hidden", "../x", "a/b", "/absolute", "a\u{0}b", "a\n", "a b", "ä", "e\u{301}", "a:b", "a\\b", "~",
    "a\u{202E}b", String(repeating: "n", count: 129), String(repeating: "n", count: 1 << 20),
  ])
  func namesThatAreNotPlain(name: String) { #expect(!PlainName.isPlain(name, longest: 128)) }

  @Test(arguments: ["a", "A-1_b.2", "a..b", String(repeating: "n", count: 128)])
  func plainNames(name: String) { #expect(PlainName.isPlain(name, longest: 128)) }

  /// What is proposed can be typed as it stands: behind `--name`, a dash would begin another option.
  @Test(
    arguments: [
      ("../x", "x"), ("-x", "x"), ("--x y", "x-y"), (".-.x", "x"), ("a/b", "a-b"), ("-", nil), ("../..", nil),
      ("\u{E4}", nil),
    ] as [(String, String?)])
  func proposedNames(name: String, proposal: String?) {
    #expect(PlainName.proposal(for: name, longest: 128) == proposal)
  }

  @Test func messagesAreOnOneLineAndCommandNoTerminal() {
    let name = "x\n\r\u{1B}[2J\u{7}\u{0}\u{2028}\u{85}\u{202E}é"
    let message = FileError.notFound(path: name).description
    #expect(message == "x   [2J     é: no such file. Check the path.")
    #expect(message.onOneLine == message)
    #expect("plain".onOneLine == "plain" && "".onOneLine == "")
  }

  @Test(arguments: [
    "", "sha256:", "sha256:0", "sha256:" + String(repeating: "0", count: 63),
    "sha256:" + String(repeating: "g", count: 64),
    "sha256:" + String(repeating: "A", count: 64), "sha512:" + String(repeating: "0", count: 64),
    "sha256:" + String(repeating: "0", count: 63) + "\u{301}", String(repeating: "0", count: 71),
  ])
  func digestsThatAreNone(text: String) throws {
    let json = try JSONEncoder().encode([text])
    #expect(throws: FileError.self) { try JSONFile.decode([Digest].self, from: json, path: "d.json") }
  }

  @Test func digestsComeBack() throws {
    let digest = Digest(of: Data("x".utf8))
    let json = try JSONFile.encode([digest])
    #expect(try JSONFile.decode([Digest].self, from: json, path: "d.json") == [digest])
  }

  /// JSON of 10,000 levels would overflow the stack of a parser that recurses.
  @Test(arguments: [65, 10_000, 1_000_000]) func nesting(levels: Int) throws {
    let arrays = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    let objects = String(repeating: "{\"a\":", count: levels) + "1" + String(repeating: "}", count: levels)
    for text in [arrays, objects, String(repeating: "[", count: levels), String(repeating: "[{\"a\":", count: levels)] {
      let error = #expect(throws: FileError.self) {
        try JSONFile.decode(Nested.self, from: Data(text.utf8), path: "n.json")
      }
      #expect(error == .malformedJSON(path: "n.json", reason: "nested deeper than 64 levels"))
    }
  }

  @Test func nestingUpToTheLimit() throws {
    let text = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(throws: Never.self) { try JSONFile.decode(Nested.self, from: Data(text.utf8), path: "n.json") }
    // Brackets in strings do not count, nor do those after a quotation mark that is escaped.
    let quoted = "[\"" + String(repeating: "[\\\"", count: 100) + "\"]"
    #expect(throws: Never.self) { try JSONFile.decode([String].self, from: Data(quoted.utf8), path: "n.json") }
  }

  /// An array of arrays of any depth.
  private struct Nested: Decodable {
    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      while !list.isAtEnd { _ = try list.decode(Nested.self) }
    }
  }

  @Test(arguments: [
    "1e400", "-1e400", "99999999999999999999", "18446744073709551616", "-9223372036854775809", "1.5", "1e-400x", "NaN",
    "Infinity", "0x10", "+1", "01", "\"1\"", "null", "true",
  ])
  func numbersThatAreNoInteger(text: String) {
    #expect(throws: FileError.self) { try JSONFile.decode([Int].self, from: Data("[\(text)]".utf8), path: "n.json") }
  }

  @Test func bytesThatAreNoText() {
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xFF, 0xFE], [0],
    ] {
      #expect(throws: FileError.self) {
        try JSONFile.decode([String].self, from: Data([0x5B] + bytes + [0x5D]), path: "t.json")
      }
    }
  }

  @Test func filesThatAreNoFiles() throws {
    for path in ["/dev/zero", "/dev/null"] {
      let error = #expect(throws: FileError.self) { try JSONFile.read([Int].self, from: URL(fileURLWithPath: path)) }
      #expect("\(error as Any)".contains("not a regular file but a device"))
    }
    let scratch = try Scratch()
    let file = try scratch.write("[1,2,3]", to: "a.json")
    #expect(throws: FileError.tooLarge(path: file.path, bytes: 7, limit: 6)) {
      try JSONFile.read([Int].self, from: file, limit: 6)
    }
  }
}
