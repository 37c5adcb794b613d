import Foundation
import TestSupport
import Testing

@testable import Pretraining

/// Which files are meant, and what is said of those that are not read.
@Suite struct TextFilesTests {
  private let folder: CorpusScratch

  init() throws { folder = try CorpusScratch() }

  private func file(_ name: String) -> URL { folder.url.appendingPathComponent(name) }

  private func names(_ path: String) throws -> [String] {
    try TextFiles.named(by: file(path)).map(\.lastPathComponent)
  }

  @Test func foldersAndPatterns() throws {
    try FileManager.default.createDirectory(at: file("in/deeper"), withIntermediateDirectories: true)
    // In the order of bytes, whatever the language: B before a.
    for name in ["b.txt", "a.jsonl.gz", "B.TXT", ".hidden.txt", "notes.md", "10.txt", "9.txt"] {
      try folder.write("x", to: "in/\(name)")
    }
    try folder.write("x", to: "in/deeper/c.txt")
    #expect(try names("in") == ["10.txt", "9.txt", "B.TXT", "a.jsonl.gz", "b.txt"])
    #expect(try names("in/*.txt") == ["10.txt", "9.txt", "b.txt"])
    #expect(try names("in/[0-9].txt") == ["9.txt"] && names("in/?.txt") == ["9.txt", "b.txt"])
    #expect(try names("*/*/c.txt") == ["c.txt"])
    // A file is itself, also one that is not there, or whose name has a pattern's signs.
    #expect(try names("in/notes.md") == ["notes.md"] && names("in/nothing.txt") == ["nothing.txt"])
    try folder.write("x", to: "in/[1].txt")
    #expect(try names("in/[1].txt") == ["[1].txt"])
    for path in ["in/deeper/*.jsonl", "empty"] {
      try FileManager.default.createDirectory(at: file("empty"), withIntermediateDirectories: true)
      #expect(corpusMessage(in: folder) { _ = try TextFiles.named(by: file(path)) }.hasPrefix("\(path): expected a"))
    }
    // What holds text and cannot be read is not a file that is passed over.
    try folder.write("x", to: "in/table.csv")
    #expect(throws: CorpusError.self) { try TextSource(name: "x", files: TextFiles.named(by: file("in"))) }
  }

  @Test(arguments: [
    ("a.jsonl.zst", "zstd -dc a.jsonl.zst | gzip > a.jsonl.gz"), ("b.txt.xz", "xz -dc b.txt.xz | gzip > b.txt.gz"),
    ("c.csv", "csv.DictReader(sys.stdin)]' < c.csv > c.jsonl"), ("d.csv.gz", "gzip -dk d.csv.gz && "),
    ("e.json", "jq -c '.[]' e.json > e.jsonl"), ("f.parquet", "pandas.read_parquet"),
    ("i.zip", "unzip -p i.zip | gzip > i.gz (name the result by what it holds: `….jsonl.gz` or `….txt.gz`)"),
    ("it's.csv", "< 'it'\\''s.csv' > 'it'\\''s.jsonl'"), ("h.doc", "Rename the file"),
  ])
  func otherFormsAreRefusedWithTheWay(name: String, way: String) throws {
    let url = URL(fileURLWithPath: name, relativeTo: folder.url)
    #expect {
      try TextSource(name: "x", files: [url])
    } throws: { "\($0)".contains(way) && "\($0)".contains("expected a name that ends in .jsonl") }
  }

  /// What is unpacked under a name that says what it holds needs no other.
  @Test(arguments: ["a.jsonl.zst", "b.txt.xz", "c.csv.bz2", "d.parquet"]) func aNameThatSaysEnough(name: String) {
    let url = URL(fileURLWithPath: name, relativeTo: folder.url)
    let error = #expect(throws: CorpusError.self) { try TextSource(name: "x", files: [url]) }
    #expect(error?.description.contains("name the result") == false)
  }

  /// The way that is named leads there, where its programs are installed.
  @Test func theWayLeadsThere() throws {
    try folder.write("id,text\n1,\"a \"\"word\"\", and\nanother\"\n2,Ж\n", to: "it's.csv")
    let url = file("it's.csv")
    let message = "\(try #require(throws: CorpusError.self) { try TextSource(name: "x", files: [url]) })"
    let command = try #require(message.firstRange(of: "Convert it: ").map { String(message[$0.upperBound...]) })
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", "command -v python3 > /dev/null || exit 99\n" + command]
    try shell.run()
    shell.waitUntilExit()
    guard shell.terminationStatus != 99 else { return }
    #expect(shell.terminationStatus == 0, "\(command)")
    var reader = DocumentReader(try TextSource(name: "x", files: [file("it's.jsonl")]))
    #expect(try reader.nextDocument() == Array("a \"word\", and\nanother".utf8))
    #expect(try reader.nextDocument() == Array("Ж".utf8) && reader.nextDocument() == nil)
  }

  /// The end of the only document is held out, from a line on; several are whole.
  @Test func oneDocumentIsCut() throws {
    let rule = try HeldOutRule(share: 0.25)
    func parts(_ text: String, isOnly: Bool = true) -> [String] {
      rule.parts(of: Array(text.utf8), isOnly: isOnly).map {
        "\($0.side == .train ? "t" : "h"):" + String(decoding: $0.text, as: UTF8.self)
      }
    }
    #expect(parts("one\ntwo\nthree\nfour\nfive\n") == ["t:one\ntwo\nthree\nfour\n", "h:five\n"])
    #expect(parts("12345678") == ["t:123456", "h:78"] && parts("1234567\n") == ["t:123456", "h:7\n"])
    // A character is not cut, and nothing is lost.
    #expect(parts("ЖЖЖЖ") == ["t:ЖЖЖ", "h:Ж"] && parts("😀😀") == ["t:😀", "h:😀"])
    #expect(parts("Ж") == ["h:Ж"] && parts("").isEmpty && parts("", isOnly: false).isEmpty)
    #expect(parts("12345678", isOnly: false).count == 1)
    let none = try HeldOutRule(share: 0)
    #expect(none.parts(of: [1, 2], isOnly: true) == [.init(side: .train, text: [1, 2])])

    // Only where there is no other, in whichever file.
    try folder.write("{\"text\": \"12345678\"}\n\n", to: "one.jsonl")
    try folder.write("", to: "none.jsonl")
    try folder.write("87654321", to: "two.txt")
    func sides(_ names: String...) throws -> Int {
      var reader = DocumentReader(try TextSource(name: "x", files: names.map(file)))
      var count = 0
      while let parts = try reader.nextParts(rule) { count += parts.count }
      return count
    }
    #expect(try sides("one.jsonl") == 2 && sides("none.jsonl", "two.txt", "none.jsonl") == 2)
    #expect(try sides("one.jsonl", "two.txt") == 2 && sides("two.txt", "two.txt", "two.txt") == 3)
  }
}
