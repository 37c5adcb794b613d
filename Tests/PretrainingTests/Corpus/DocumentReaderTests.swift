import Files
import Foundation
import TestSupport
import Testing

@testable import Pretraining

@Suite struct DocumentReaderTests {
  private let folder: CorpusScratch

  init() throws { folder = try CorpusScratch() }

  private func documents(_ names: String...) throws -> [String] {
    let source = try TextSource(name: "x", files: names.map { folder.url.appendingPathComponent($0) })
    var (reader, documents) = (DocumentReader(source), [String]())
    while let document = try reader.nextDocument() { documents.append(String(decoding: document, as: UTF8.self)) }
    let sizes = try source.files.map { try Data(contentsOf: $0).count }
    #expect(reader.bytesRead == sizes.reduce(0, +))
    return documents
  }

  @Test func filesInTheirOrder() throws {
    try folder.write(
      "{\"text\": \"a\\nb\", \"id\": [1]}\r\n\n  \n{\"text\": \"\"}\n{\"x\": null, \"text\": \"Ж😀\"}", to: "b.jsonl")
    try folder.write("\u{FEFF}all\nof it\n", to: "a.txt")
    try folder.write("\u{FEFF}{\"text\": \"marked\"}\n", to: "c.JSONL")
    try folder.write("", to: "d.txt")
    try folder.write("", to: "e.jsonl")
    #expect(
      try documents("b.jsonl", "a.txt", "c.JSONL", "d.txt", "e.jsonl", "a.txt")
        == ["a\nb", "", "Ж😀", "all\nof it\n", "marked", "", "all\nof it\n"])
  }

  /// What is unpacked crosses the ends of pieces at every position of a line.
  @Test func linesAcrossPieces() throws {
    let texts = (0..<3000).map { String(repeating: "ä", count: $0 % 97) + "\($0)" }
    try folder.write(texts.map { "{\"text\":\"\($0)\"}\n" }.joined(), to: "many.jsonl")
    #expect(try documents("many.jsonl") == texts)
  }

  @Test func gzippedText() throws {
    let data = try Data(contentsOf: CorpusGoldens.resource("gzip/members-9000.gz"))
    try folder.write(data, to: "t.txt.gz")
    #expect(try documents("t.txt.gz")[0].utf8.count == 9000)
  }

  @Test(arguments: [
    (
      #"{"text": "x"}"# + "\n" + #"{"text" "y"}"#,
      ":2: expected a JSON object in UTF-8, got no colon after a key at byte 8"
    ),
    (#"{"id": 1}"#, ":1: expected a field \"text\", got none."),
    ("\n\n" + #"{"text": 7}"#, ":3: expected a string \"text\", got the number 7."),
    (#"{"text": null}"#, ":1: expected a string \"text\", got null."),
    (#"["text"]"#, ":1: expected a JSON object, got a list."),
    (#"{"text": "a", "text": "b"}"#, ":1: expected a JSON object in UTF-8, got the key `text` is listed twice"),
    (#"{"text": "\ud800"}"#, ":1: expected a JSON object in UTF-8, got half a surrogate pair"),
    (#"{"text": "a"} {"text": "b"}"#, ":1: expected a JSON object in UTF-8, got text after the end"),
    (
      #"{"text": "a", "x": "# + String(repeating: "[", count: 100),
      ":1: expected a JSON object in UTF-8, got brackets nested"
    ),
  ])
  func badRows(content: String, message: String) throws {
    try folder.write(content, to: "bad.jsonl")
    #expect(corpusMessage(in: folder) { _ = try documents("bad.jsonl") }.hasPrefix("bad.jsonl" + message))
  }

  @Test func badBytes() throws {
    try folder.write(
      Data("{\"text\": \"a\"}\n{\"text\": \"".utf8) + Data([0xC3, 0x28]) + Data("\"}".utf8), to: "bad.jsonl")
    #expect(
      corpusMessage(in: folder) { _ = try documents("bad.jsonl") }.hasPrefix(
        "bad.jsonl:2: expected a JSON object in UTF-8, got not UTF-8 at byte 10"))
    try folder.write(Data([0x61, 0xFF]), to: "bad.txt")
    #expect(
      corpusMessage(in: folder) { _ = try documents("bad.txt") }.hasPrefix(
        "bad.txt: expected UTF-8 text, got other bytes, the first of them at byte 1."))
  }

  @Test func tooLong() throws {
    try folder.write(Data("{}\n".utf8) + Data(count: LineInput.longestLine + 2), to: "long.jsonl")
    #expect(corpusMessage(in: folder) { _ = try documents("long.jsonl") }.hasPrefix("long.jsonl:1: expected a field"))
    try folder.write(Data("\n".utf8) + Data(count: LineInput.longestLine + 2), to: "long.jsonl")
    #expect(
      corpusMessage(in: folder) { _ = try documents("long.jsonl") }.hasPrefix(
        "long.jsonl:2: expected at most 16 MiB in a line"))
    try folder.write(Data(repeating: 0x20, count: DocumentReader.longestText + 1), to: "long.txt")
    #expect(
      corpusMessage(in: folder) { _ = try documents("long.txt") }.hasPrefix(
        "long.txt: expected at most 64 MiB in a .txt"))
  }

  @Test func badSources() throws {
    #expect(corpusMessage(in: folder) { _ = try documents("no.txt") }.hasPrefix("no.txt: expected a readable file"))
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("d.txt"), withIntermediateDirectories: true)
    #expect(corpusMessage(in: folder) { _ = try documents("d.txt") }.hasPrefix("d.txt: expected a regular file"))
    #expect(
      corpusMessage(in: folder) { _ = try documents("a.csv") }.hasPrefix(
        "a.csv: expected a name that ends in .jsonl, .txt"))
    for name in ["", ".x", "a/b", "ä", String(repeating: "x", count: 101)] {
      #expect(throws: CorpusError.self) {
        try TextSource(name: name, files: [folder.url.appendingPathComponent("a.txt")])
      }
    }
    #expect(throws: CorpusError.self) { try TextSource(name: "x", files: []) }
  }

  @Test func heldOutRule() throws {
    for golden in try CorpusGoldens.read().hashes {
      #expect(String(HeldOutRule.hash(Array(golden.text.utf8))) == golden.hash)
    }
    for share in [-0.1, 1, .nan, .infinity] { #expect(throws: CorpusError.self) { try HeldOutRule(share: share) } }
    let rule = try HeldOutRule(share: 0.1)
    let held = (0..<20_000).count { rule.holdsOut(Array("document \($0)".utf8)) }
    // 2,000 expected, 42 the standard deviation.
    #expect((1_830...2_170).contains(held))
    let none = try HeldOutRule(share: 0)
    #expect((0..<20_000).allSatisfy { !none.holdsOut(Array("document \($0)".utf8)) })
  }
}
