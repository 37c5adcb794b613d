import Files
import Foundation
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
  ]) func whatIsNoJSONIsRefusedWithItsPlace(_ text: String, _ place: Int) {
    let error = #expect(throws: FileError.self) { try tree(text) }
    #expect("\(error as Any)".contains("byte \(place):"), "\(error as Any)")
  }

  @Test func bytesThatAreNoText() {
    let error = #expect(throws: FileError.self) { try JSONTree(parsing: Data([0x22, 0xFF, 0x22]), path: "t.json") }
    #expect(error == .malformedJSON(path: "t.json", reason: "byte 1: no UTF-8"))
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
    ] as [([UInt8], Int?)]) func firstInvalidBytes(_ bytes: [UInt8], _ place: Int?)
  {
    #expect(UTF8Text.firstInvalidByte(in: bytes) == place)
    #expect((String(validating: bytes, as: UTF8.self) == nil) == (place != nil))
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
