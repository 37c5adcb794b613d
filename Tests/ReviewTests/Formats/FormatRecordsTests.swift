import Files
import Foundation
import Randomness
import Testing

@testable import Review

/// Are the records of a file found one after the other, whatever pieces it comes in and whatever is wrong with one of them?
@Suite struct FormatRecordsTests {
  /// All records of a text that comes in pieces of so many bytes.
  private func records(
    _ text: String, pieces: Int = 7
  ) throws -> [Result<FormatRecords.Record, FormatError>] {
    var rest = Array(text.utf8)[...]
    var reader = FormatRecords(named: "x.json") {
      defer { rest = rest.dropFirst(pieces) }
      return Array(rest.prefix(pieces))
    }
    var found: [Result<FormatRecords.Record, FormatError>] = []
    while let record = try reader.next() { found.append(record) }
    return found
  }

  @Test(arguments: [1, 2, 3, 7, 4096])
  func linesAndLists(pieces: Int) throws {
    let lines = "\u{FEFF}{\"a\":1}\r\n\n  {\"a\":\"x, ] }\\\" [\"}\n{\"a\":[1,{\"b\":2}]}"
    let list = " [ {\"a\":1}\n, {\"a\":\"x, ] }\\\" [\"},\n\n{\"a\":[1,{\"b\":2}]} ] \n"
    let (one, other) = (try records(lines, pieces: pieces), try records(list, pieces: pieces))
    let trees = try one.map { try $0.get().tree }
    #expect(
      trees.count == 3 && trees[1]["a"]?.string == "x, ] }\" ["
        && trees[2]["a"] == .list([.integer(1), .object(["b": .integer(2)])]))
    #expect(try other.map { try $0.get().tree } == trees)
    #expect(try one.map { try $0.get().place.description } == ["x.json:1", "x.json:3", "x.json:4"])
    #expect(
      try other.map { try $0.get().place.description } == ["x.json:1 (row 0)", "x.json:2 (row 1)", "x.json:4 (row 2)"])
  }

  @Test func nothing() throws {
    for text in ["", " \n \n", "[]", " [ ] \n"] { #expect(try records(text).isEmpty, "\(text.debugDescription)") }
  }

  /// What is wrong with a record takes no other with it.
  @Test(arguments: [
    (#"{"a":1,"a":2}"#, "listed twice"), (#"{"a":"\ud800"}"#, "surrogate"), (#"{"a":1"#, "JSON"),
    ("17", "the number 17"),
    (#"{"a":1},"#, "text after the end"), (#""x""#, "a string"), ("{\"a\":\"\u{1}\"}", "control character"),
    (String(repeating: "[", count: 33) + String(repeating: "]", count: 33), "32 nested brackets"),
  ]) func oneWrongLine(line: String, words: String) throws {
    // A file that begins with a bracket is a list, so that the wrong line comes second.
    let found = try records("{\"ok\":1}\n\(line)\n{\"ok\":2}\n")
    #expect(found.count == 3)
    #expect(try found.first?.get().tree["ok"]?.integer == 1 && found.last?.get().tree["ok"]?.integer == 2)
    let error = #expect(throws: FormatError.self) { try found[1].get() }
    #expect(error?.detail.place.line == 2 && error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test func oneWrongElement() throws {
    let found = try records(#"[{"a":1},{"a":1,"a":2},[],{"a":3}]"#)
    #expect(found.map { (try? $0.get()) != nil } == [true, false, false, true])
    #expect(found.compactMap { if case .failure(let error) = $0 { error.detail.place.row } else { nil } } == [1, 2])
  }

  @Test func bytesThatAreNoText() throws {
    var given = false
    var reader = FormatRecords(named: "x") {
      defer { given = true }
      return given ? [] : Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
    }
    let record = try #require(try reader.next())
    #expect(throws: FormatError.self) { try record.get() }
  }

  /// A line without an end is not kept: memory is bounded by the largest record.
  @Test func aRecordThatIsTooLong() throws {
    var count = 0
    var reader = FormatRecords(named: "x") {
      count += 1
      switch count {
      case 1: return Array(#"{"a":""#.utf8)
      case ...80: return Array(repeating: UInt8(ascii: "x"), count: 1 << 16)
      case 81: return Array("\"}\n{\"ok\":1}".utf8)
      default: return []
      }
    }
    let (first, second) = (try #require(try reader.next()), try #require(try reader.next()))
    let error = #expect(throws: FormatError.self) { try first.get() }
    #expect(error?.category == .tooLarge)
    #expect(try second.get().tree["ok"]?.integer == 1 && reader.next() == nil)
  }

  @Test func whatEndsTheReading() {
    for (text, words) in [
      (#"[{"a":1},{"a""#, "the end of the file"), (#"[{"a":1}] x"#, "nothing behind the list"),
      ("\u{1F}\u{8B}", "gunzip"),
    ] {
      let bytes = text == "\u{1F}\u{8B}" ? [0x1F, 0x8B, 8, 0] : Array(text.utf8)
      var rest = bytes[...]
      var reader = FormatRecords(named: "x") {
        defer { rest = [] }
        return Array(rest)
      }
      let error = #expect(throws: FormatError.self) { while try reader.next() != nil {} }
      #expect(error?.description.contains(words) == true, "\(text): \(String(describing: error))")
    }
  }

  /// Nothing that somebody sends ends the process.
  @Test(arguments: 0..<4) func noise(seed: UInt64) throws {
    var stream = RandomStream(seed: seed, "noise")
    let alphabet = Array(#"{}[]",:\u0a1e-. "#.utf8) + [0x0A, 0xC3, 0xA9, 0xFF, 0x00]
    for _ in 0..<300 {
      let count = stream.below(60)
      var rest = (0..<count).map { _ in alphabet[stream.below(alphabet.count)] }[...]
      let bytes = Array(rest)
      var reader = FormatRecords(named: "x") {
        defer { rest = rest.dropFirst(5) }
        return Array(rest.prefix(5))
      }
      do {
        while let record = try reader.next() {
          guard let record = try? record.get() else { continue }
          for format in ReviewFormat.allCases { _ = try? format.votes(in: record) }
        }
      } catch let error as FormatError {
        #expect(!error.description.contains("\n"), "seed \(seed): \(bytes)")
      }
    }
  }
}
