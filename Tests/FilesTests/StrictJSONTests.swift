import Files
import Foundation
import TestSupport
import Testing

/// Is JSON read as its standard says, whichever parser builds the value, and is what is wrong said?
@Suite struct StrictJSONTests {
  private func refusal<Value: Decodable>(_ text: String, as type: Value.Type = [String: Int].self) -> String {
    do {
      _ = try JSONFile.decode(type, from: Data(text.utf8), path: "t.json")
      return "taken"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    ("{\"a\":1,}", "byte 7: a comma before the closing bracket"),
    ("{\"a\":\"x\ty\"}", "byte 7 (in `a`): a tab (U+0009) in a string, where it must be written \\t"),
    ("{\"a\":\"\u{1}\"}", "a control character (U+0001) in a string, where it must be written \\u0001"),
    ("{\"a\":\"x\\qy\"}", "(in `a`): the escape \\q, which JSON does not have"),
    ("{\"a\":{\"b\":[1,NaN]}}", "(in `a.b`): `NaN`, which is not a JSON value"),
    ("{\"a\":-Infinity}", "(in `a`): `-Infinity`, which is not a JSON value"),
    ("{\"a\":nul}", "`nul`, which is not a JSON value"),
    ("{\"a\":01}", "`01`, which is not a JSON value"), ("{\"a\":1.}", "`1.`, which is not a JSON value"),
    ("{\"a\":.5}", "`.5`, which is not a JSON value"), ("{\"a\":+1}", "`+1`, which is not a JSON value"),
    ("{\"a\":1e}", "`1e`, which is not a JSON value"), ("{\"a\":1 2}", "neither a comma nor the closing bracket"),
    ("{\"a\":1} {}", "text after the end"), ("{'a':1}", "no key where one is expected"),
    ("{\"a\":1 // one\n}", "neither a comma nor the closing bracket"), ("", "the end of the file"),
  ]) func whatIsWrongIsSaid(_ text: String, _ reason: String) {
    #expect(refusal(text).contains(reason), "\(refusal(text))")
    #expect(refusal(text, as: JSONTree.self).contains(reason), "\(refusal(text, as: JSONTree.self))")
  }

  /// Both ways to take a text find the same fault at the same position.
  @Test(arguments: [
    "[1,]", "[,]", "{\"a\":1,,}", "[\"a\tb\"]", "[\"\\q\"]", "[\"\\u12\"]", "[\"\\ud800\"]", "[tru]", "[1.e3]", "[\"a]",
    "[1",
  ]) func skippingFindsWhatReadingFinds(_ text: String) {
    func failure(_ body: (inout JSONParser) throws -> Void) -> String {
      do {
        try Data(text.utf8).withUnsafeBytes { try JSONParser.whole($0, body) }
        return "taken"
      } catch {
        return (error as? JSONTree.Failure)?.text ?? "\(error)"
      }
    }
    let read = failure { _ = try $0.value() }
    #expect(read != "taken" && failure { try $0.skip() } == read)
  }

  @Test func aByteOrderMarkBeforeTheText() throws {
    let marked = Data([0xEF, 0xBB, 0xBF]) + Data("{\"a\":1}".utf8)
    #expect(try JSONFile.decode([String: Int].self, from: marked, path: "t.json") == ["a": 1])
  }

  @Test func anyValueAndAnObject() throws {
    let text = Data(#"{"a":[1,-2.5,1e3,true,null,"é\n"],"b":{}}"#.utf8)
    let value = try JSONFile.decode(JSONTree.self, from: text, path: "t.json")
    let parsed = try JSONDecoder().decode(JSONTree.self, from: text)
    #expect(value == parsed)
    let scratch = try Scratch()
    let file = try scratch.write(String(decoding: text, as: UTF8.self), to: "o.json")
    let object = try JSONFile.readObject(from: file, limit: 1 << 10)
    #expect(JSONTree.object(object.map { JSONTree.Member($0.key.text, $0.value) }) == value)
    // One character, two texts: two keys.
    let alike = try scratch.write("{\"\u{C5}\":1,\"\u{212B}\":2}", to: "alike.json")
    #expect(
      try JSONFile.readObject(from: alike, limit: 1 << 10)
        == [ExactText("\u{C5}"): .number(1), ExactText("\u{212B}"): .number(2)])
    for wrong in [#"{"a":1,"a":2}"#, "[1]", #"{"a":1,}"#] {
      let file = try scratch.write(wrong, to: "w.json")
      #expect(throws: FileError.self, "\(wrong)") { try JSONFile.readObject(from: file, limit: 1 << 10) }
    }
  }

  /// Two bytes of text for a value that takes dozens in memory.
  @Test(.timeLimit(.minutes(2))) func moreValuesThanATextMayHave() {
    let numbers = "[0" + String(repeating: ",0", count: 2_400_000) + "]"
    #expect(refusal(numbers, as: Int.self).contains("values that a text of 4800003 bytes may have"))
  }
}
