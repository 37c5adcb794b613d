import Files
import Foundation
import TestSupport
import Testing

/// JSON by our own parser, which takes no two keys for one.
@Suite struct JSONTreeTests {
  private func tree(_ text: String) throws -> JSONTree { try JSONTree(parsing: Data(text.utf8), path: "t.json") }

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func readsEveryKindOfValue() throws {
    let text = #" {"a":[1,-20,1.5,-1e3,true,false,null],"b":{},"c":[],"d":"x\"\\\/\b\f\n\r\té😀\u00e9\ud83d\ude00"} "#
    guard case .object(let members) = try tree(text) else { throw CocoaError(.fileReadCorruptFile) }
    #expect(members.map(\.name) == ["a", "b", "c", "d"].map(bytes))
    #expect(
      members[0].value
        == .list([.integer(1), .integer(-20), .number(1.5), .number(-1000), .boolean(true), .boolean(false), .null]))
    #expect(members[1].value == .object([]) && members[2].value == .list([]))
    #expect(members[3].value == .text(bytes("x\"\\/\u{8}\u{C}\n\r\té😀é😀")))
  }

  @Test func keysThatAreCanonicallyEquivalentAreTwo() throws {
    guard case .object(let members) = try tree("{\"\u{C5}\":1,\"\u{212B}\":2,\"\u{C5}\":3}") else {
      throw CocoaError(.fileReadCorruptFile)
    }
    #expect(members.map(\.name) == ["\u{C5}", "\u{212B}", "\u{C5}"].map(bytes))
  }

  /// Two trees are equal where they say the same, which a text by Swift's rules would also be for another text.
  @Test func equalIsWhatSaysTheSame() throws {
    #expect(
      try tree(#"{"a":1,"b":[{"c":2.5,"d":null}]}"#)
        == tree(#"{"b":[{"d":null,"c":25e-1}],"a":1.0}"#))
    for (one, other) in [
      ("1", "1.5"), ("9007199254740993", "9007199254740992.0"), ("[1,2]", "[2,1]"),
      ("\"\u{C5}\"", "\"\u{212B}\""),
      ("{\"\u{C5}\":1}", "{\"\u{212B}\":1}"), (#"{"a":1}"#, #"{"a":1,"b":2}"#),
      (#"{"a":1,"b":2}"#, #"{"a":2,"b":1}"#),
      ("null", "false"), ("0", "false"), ("[]", "{}"),
    ] {
      #expect(try tree(one) != tree(other), "\(one) \(other)")
    }
    // Of each value once, however deeply it lies: 2^60 comparisons would not end.
    func nest(_ core: String, _ open: String, _ close: String) -> String {
      String(repeating: open, count: 60) + core + String(repeating: close, count: 60)
    }
    let (one, other) = (nest("1", #"{"a":0,"b":"#, "}"), nest("2", #"{"b":"#, #","a":0}"#))
    #expect(try tree(one) != tree(other))
  }

  /// As a part of a typed file: whole numbers to their last digit, members sorted by their bytes.
  @Test func isWrittenAndReadAsAPart() throws {
    let text = #"{"list":[9007199254740993,0.1,1e300,"é\n",true,null],"z":{"b":1,"B":2,"a":{}}}"#
    let whole = try JSONFile.decode(
      [String: JSONTree].self, from: Data("{\"x\":\(text)}".utf8), path: "t.json")
    let part = try #require(whole["x"])
    #expect(try part == tree(text) && part["list"] == tree(text)["list"])
    #expect(String(decoding: part.json, as: UTF8.self).contains(#""z":{"B":2,"a":{},"b":1}"#))
    let again = try JSONFile.encode(["x": part], pretty: false)
    #expect(try JSONFile.decode([String: JSONTree].self, from: again, path: "t.json") == whole)
    #expect(String(decoding: again, as: UTF8.self).contains("9007199254740993"))
    // A whole number that was written with a point has none any more.
    #expect(try JSONFile.encode(tree("[1e3,-0.0]"), pretty: false) == Data("[1000,0]".utf8))
  }

  @Test func membersByName() throws {
    var value = try tree(#"{"a":1,"b":{"c":[]},"a":2}"#)
    #expect(
      value["a"] == .integer(1) && value["b"]?["c"] == .list([]) && value["d"] == nil
        && value["b"]?["c"]?["e"] == nil)
    value["a"] = .text("x")
    value["d"] = .number(2)
    value["b"]?["c"] = nil
    #expect(String(decoding: value.json, as: UTF8.self) == #"{"a":"x","b":{},"a":2,"d":2.0}"#)
    #expect(
      value["a"]?.string == "x" && value["d"]?.integer == 2 && value["d"]?.number == 2
        && value["b"]?.number == nil)
    value["a"] = nil
    #expect(value == .object(["d": .integer(2), "b": .object([:])]))
    var list = JSONTree.list([])
    list["a"] = .null
    #expect(list == .list([]) && list.isBlank && !value.isBlank)
  }

  @Test func namesOfAnObject() throws {
    let marked = Data([0xEF, 0xBB, 0xBF]) + Data(#"{"b":1e999,"a":{"c":null}}"#.utf8)
    #expect(try JSONFile.names(in: marked, path: "t.json") == ["a", "b"])
    #expect(throws: FileError.self) { try JSONFile.names(in: Data("[1]".utf8), path: "t.json") }
    #expect(throws: FileError.self) {
      try JSONFile.names(in: Data(#"{"a":1,"a":1}"#.utf8), path: "t.json")
    }
  }

  @Test func numbersAtTheEdge() throws {
    #expect(try tree("9223372036854775807") == .integer(.max))
    #expect(try tree("9223372036854775808") == .number(9_223_372_036_854_775_808))
    #expect(try tree("-0") == .integer(0))
  }

  @Test(arguments: [
    ("", 0), ("[", 1), ("[1", 2), ("[1,]", 3), ("{\"a\"}", 4), ("{a:1}", 1), ("[1] 2", 4), ("01", 0), ("1.", 0),
    ("+1", 0),
    ("1e400", 0), ("nul", 0), ("\"a", 2), ("\"\n\"", 1), (#""\x""#, 1), (#""\u12"#, 5), (#""\ud800""#, 7),
    (#""\udc00""#, 7),
    (#""\ud800\u0041""#, 13), ("--1", 0), ("{\"a\":1,}", 7),
  ]) func whatIsNoJSONIsRefusedWithItsPosition(_ text: String, _ position: Int) {
    let error = #expect(throws: FileError.self) { try tree(text) }
    #expect("\(error as Any)".contains("byte \(position):"), "\(error as Any)")
  }

  @Test func bytesThatAreNoText() {
    let error = #expect(throws: FileError.self) { try JSONTree(parsing: Data([0x22, 0xFF, 0x22]), path: "t.json") }
    #expect(error == .malformedJSON(path: "t.json", reason: "byte 1: not UTF-8"))
  }

  @Test(arguments: [65, 1_000_000]) func nesting(levels: Int) {
    let error = #expect(throws: FileError.self) { try tree(String(repeating: "[", count: levels)) }
    #expect(error == .malformedJSON(path: "t.json", reason: "byte 64: brackets nested deeper than 64 levels"))
  }

  @Test(
    arguments: [
      ([0x41], nil), ([0xC3, 0xA9], nil), ([0xF0, 0x9F, 0x98, 0x80], nil), ([0x41, 0xFF], 1), ([0x41, 0xC3], 1),
      ([0x80], 0),
      ([0xC0, 0x80], 0), ([0xE0, 0x80, 0x80], 0), ([0xED, 0xA0, 0x80], 0), ([0xF4, 0x90, 0x80, 0x80], 0), ([0xF5], 0),
      ([0xE4, 0xB8, 0x41], 0), ([], nil),
    ] as [([UInt8], Int?)]) func firstInvalidBytes(_ bytes: [UInt8], _ position: Int?)
  {
    #expect(UTF8Text.firstInvalidByte(in: bytes) == position)
    #expect((String(validating: bytes, as: UTF8.self) == nil) == (position != nil))
  }

  @Test(
    arguments: [
      ([0x41], 0), ([0xC3], 1), ([0x41, 0xE4, 0xB8], 2), ([0xF0, 0x9F, 0x98], 3), ([0xF0, 0x9F, 0x98, 0x80], 0),
      ([0x80], 0),
      ([0xE0, 0x80], 0), ([0xED, 0xA0], 0), ([0xFF], 0), ([0xC0], 0), ([0x80, 0x80, 0x80, 0x80], 0), ([], 0),
    ] as [([UInt8], Int)]) func unfinishedCharacters(_ bytes: [UInt8], _ count: Int)
  {
    #expect(UTF8Text.unfinishedBytes(atEndOf: bytes) == count)
  }
}
