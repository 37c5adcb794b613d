import Foundation
import Testing

@testable import Files

/// Do messages say which key of which file, what came and what was expected, and nothing that commands a terminal?
@Suite struct MessageTests {
  private struct Shape: Decodable {
    struct Inner: Decodable { var theta: Double? }
    var hiddenSize: Int?
    var theta: Double?
    var names: [String]?
    var on: Bool?
    var rope: Inner?
    var counts: [Int]?

    private enum CodingKeys: String, CodingKey {
      case hiddenSize = "hidden_size"
      case theta, names, on, rope, counts
    }
  }

  private func reason(_ text: String) -> String {
    do {
      _ = try JSONFile.decode(Shape.self, from: Data(text.utf8), path: "config.json")
      return "nothing is wrong"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    (#"{"a":[1,{"hidden_size":3}],"hidden_size": 256.5}"#, "`hidden_size` is 256.5; expected: a whole number"),
    (#"{"hidden_size":9223372036854775808}"#, "`hidden_size` is 9.223372036854776e+18; expected: a whole number"),
    (#"{"hidden_size":"x\"y{"}"#, #"`hidden_size` is "x\"y{"; expected: a whole number"#),
    (#"{"theta":1e400}"#, "`theta` is 1e400; expected: a finite number"),
    (#"{"theta":true}"#, "`theta` is true; expected: a finite number"),
    (#"{"rope":{"x":[],"theta":[1, 2]}}"#, "`rope.theta` is [1, 2]; expected: a finite number"),
    (#"{"names":["a",{"b":1}]}"#, "is an object; expected: a string"),
    (#"{"names":7}"#, "`names` is 7; expected: a list"),
    (#"{"on":1}"#, "`on` is 1; expected: true or false"),
    (#"{"counts":[1,2.5]}"#, "is 2.5; expected: a whole number"),
    (#"{"rope":3}"#, "`rope` is 3; expected: a"),
  ]) func aValueIsNamed(text: String, expected: String) {
    let got = reason(text)
    #expect(got.hasPrefix("config.json: ") && got.contains(expected), "\(got)")
  }

  @Test func aNumberThatIsNoneIsNamed() {
    let got = reason(#"{"theta":1,"hidden_size":NaN}"#)
    #expect(got.hasPrefix("config.json: ") && got.contains("hidden_size") && got.contains("NaN"), "\(got)")
  }

  /// Python takes the last of two, and others the first.
  @Test func aKeyTwiceIsRefused() {
    #expect(reason(#"{"theta":1,"theta":2}"#).contains("`theta` is listed twice"))
    #expect(reason(#"{"rope":{"theta":1,"theta":2}}"#).contains("`theta` is listed twice"))
    // Equal to a reader, not to a computer.
    #expect(reason("{\"\u{e9}\":1,\"e\u{301}\":2}") == "nothing is wrong")
  }

  @Test func keysOfAnObjectAreComparedByCodePoints() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: url) }
    try Data("{\"\u{e9}\":1,\"e\u{301}\":2}".utf8).write(to: url)
    let object = try JSONFile.readObject(from: url, limit: 100)
    #expect(object[ExactText("\u{e9}")] == .number(1) && object[ExactText("e\u{301}")] == .number(2))
    #expect(object.count == 2)
  }

  @Test func aLongListIsCutWithItsCount() {
    #expect((1...10).map(String.init).listed == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10")
    #expect((1...150).map(String.init).listed == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, … and 140 more")
    #expect([String]().listed == "")
  }

  /// A word that its type does not know is quoted in part, however long it is.
  @Test func aLongWordIsCut() {
    enum Kind: String, Decodable { case one }
    let text = "{\"kind\":\"\(String(repeating: "x", count: 100_000))\"}"
    let error = #expect(throws: FileError.self) {
      try JSONFile.decode([String: Kind].self, from: Data(text.utf8), path: "a.json")
    }
    let message = error.map { "\($0)" } ?? ""
    #expect(
      message.contains("a.json") && message.contains("`kind`") && message.utf8.count < 800, "\(message.utf8.count)")
  }

  @Test func nothingCommandsATerminal() {
    let all = String(String.UnicodeScalarView((0..<0x100).compactMap(Unicode.Scalar.init)))
    let shown = all.withoutControls
    let left = shown.unicodeScalars.filter { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }
    #expect(left.map(\.value) == [9, 10])
    #expect("a\u{1B}[2Jb\u{9B}c".withoutControls == #"a\u001B[2Jb\u009Bc"#)
    #expect("Ä 你 👩🏽‍💻\ta\n".withoutControls == "Ä 你 👩🏽‍💻\ta\n")
    #expect("a\n\u{1B}\u{202E}".printable == #"a\n\u{1B}\u{202E}"#)
  }

  /// JSON that is printed means the same: encoders leave U+0085 as it is.
  @Test func jsonKeepsItsMeaning() throws {
    let text = "a\u{85}\u{7F}\u{1B}b"
    let printed = String(decoding: try JSONEncoder().encode([text]), as: UTF8.self).withoutControls
    #expect(try JSONDecoder().decode([String].self, from: Data(printed.utf8)) == [text])
  }

  @Test func textsAreComparedByCodePoints() {
    let (one, other) = ("caf\u{e9}", "cafe\u{301}")
    #expect(one == other && ExactText(one) != ExactText(other) && !one.hasSameCodePoints(as: other))
    #expect(Set([one, other].map(ExactText.init)).count == 2)
    #expect(![one].haveSameCodePoints(as: [other]) && [one].haveSameCodePoints(as: [one]))
    #expect([one, other].map(ExactText.init).sorted().map(\.text).first.map { Array($0.utf8) } == Array(other.utf8))
  }
}
