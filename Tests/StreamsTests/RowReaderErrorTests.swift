import Files
import Foundation
import TestSupport
import Testing

@testable import Streams

/// Bad files of a user: each is refused with the location and a fix.
@Suite struct RowReaderErrorTests {
  private static let good = #"{"text":"x","label":"a"}"#

  @Test(arguments: BadFile.ofAUser)
  func refused(bad: BadFile) throws {
    let folder = try Scratch()
    let file = try folder.write(bad.content, to: "t.jsonl")
    let got = message(in: folder) { _ = try RowReader().read(file) } ?? "no error"
    #expect(bad.within ? got.contains(bad.message) : got.hasPrefix("t.jsonl" + bad.message), "\(got)")
    #expect(got.contains(" Fix: ") && !got.contains("\n"))
  }

  @Test func answersOfTestThatNoTrainingRowHas() throws {
    let folder = try Scratch()
    let train = ["A", "A", "B", "B"].map { "{\"prompt\":\"p\",\"answer\":\"\($0)\",\"split\":\"train\"}\n" }.joined()
    let file = try folder.write(train + "{\"prompt\":\"p\",\"answer\":\"C\",\"split\":\"test\"}", to: "t.jsonl")
    let got = message(in: folder) { _ = try RowReader().read(file) }
    #expect(got?.hasPrefix("t.jsonl:5: expected one of the labels \"A\", \"B\", got \"C\".") == true)
  }

  @Test func bytesThatAreNoText() throws {
    let folder = try Scratch()
    let file = try folder.write(Data(Self.good.utf8) + [0x0A, 0x22, 0xFF, 0x22], to: "t.jsonl")
    let got = message(in: folder) { _ = try RowReader().read(file) }
    #expect(got?.hasPrefix("t.jsonl:2: expected UTF-8 text, got other bytes. Fix: Convert it: `iconv ") == true)
    #expect(ForeignFormat.iconv("/data/a b.csv") == "iconv -f WINDOWS-1252 -t UTF-8 '/data/a b.csv' > NEW")
    #expect(ForeignFormat.iconv("/data/a.csv.GZ").contains("UTF-8 FILE >"))
  }

  @Test func nestingThatWouldOverflowAParsersStack() throws {
    let folder = try Scratch()
    let bomb = String(repeating: "[", count: 200_000)
    let file = try folder.write(Self.good + "\n{\"text\":" + bomb, to: "t.jsonl")
    let got = message(in: folder) { _ = try RowReader().read(file) }
    #expect(got?.hasPrefix("t.jsonl:2: expected at most 64 nested brackets, got more.") == true)
    try folder.write("[" + bomb, to: "yahoo/train.json")
    try folder.write(#"["a", "b"]"#, to: "yahoo/labels.json")
    let array = message(in: folder) { _ = try MTL5Suite(directory: folder.url).task(named: "yahoo") }
    #expect(array?.hasPrefix("yahoo/train.json:1 (row 0, counted from 0): expected at most 64 nested") == true)
  }

  @Test func bracketsInStringsDoNotNest() throws {
    let folder = try Scratch()
    let text = String(repeating: "[{\\\"", count: 100)
    let rows = RowReaderTests.twelve + "{\"text\":\"\(text)\",\"label\":\"a\"}"
    let task = try RowReader().read(folder.write(rows, to: "mine.jsonl"))
    #expect((task.train + task.test).contains { $0.text == String(repeating: "[{\"", count: 100) })
  }

  @Test func lineLongerThanTheLimit() throws {
    let folder = try Scratch()
    let line = Data("{\"text\":\"".utf8) + Data(repeating: 0x61, count: 16 << 20)
    let file = try folder.write(line, to: "t.jsonl")
    let got = message(in: folder) { _ = try RowReader().read(file) }
    #expect(got?.hasPrefix("t.jsonl:1: expected at most 16 MiB in a line or row, got more.") == true)
    // No more of it is read than that: a file of terabytes without a line feed, which takes no room on the disk.
    let sparse = folder.url.appendingPathComponent("sparse.jsonl")
    try Data((Self.good + "\n").utf8).write(to: sparse)
    try #require(truncate(sparse.path, 2 << 30) == 0)
    let refused = message(in: folder) { _ = try RowReader().read(sparse) }
    #expect(refused?.hasPrefix("sparse.jsonl:2: expected at most 16 MiB in a line or row, got more.") == true)
  }

  @Test func filesThatAreNoFiles() throws {
    let folder = try Scratch()
    let missing = message(in: folder) { _ = try RowReader().read(folder.url.appendingPathComponent("no.jsonl")) }
    #expect(missing == "no.jsonl: expected a file, got nothing there. Fix: Check the path and its permissions.")
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("d.jsonl"), withIntermediateDirectories: true)
    let directory = message(in: folder) { _ = try RowReader().read(folder.url.appendingPathComponent("d.jsonl")) }
    #expect(directory == "d.jsonl: expected a data file, got a folder. Fix: Name the data file itself.")
    #expect(throws: StreamError.self) { try RowReader().read(URL(fileURLWithPath: "/dev/zero")) }
  }

  /// A folder with a file for each part: the command that is told makes one file of them, which is read as it should be.
  @Test func foldersOfParts() throws {
    let folder = try Scratch()
    let data = folder.url("it's data")
    try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
    func advice() -> String { message(in: folder) { _ = try RowReader().examples(data, name: "d") } ?? "" }
    for (part, text) in [("train", "a \u{E9}"), ("valid", "b"), ("test", "c")] {
      #expect(!advice().contains("python3") == (part != "test"))
      let rows = (0..<4).map { "{\"text\":\"\(text) \($0)\",\"label\":\"\($0 % 2)\"}\n" }.joined()
      try Data(rows.utf8).write(to: data.appendingPathComponent("\(part).jsonl"))
    }
    let command = try #require(Self.command(for: data))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = folder.url
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(command)")
    let examples = try RowReader().examples(folder.url("it's data.jsonl"), name: "d")
    #expect(examples.learn.map(\.text) == (0..<4).map { "a \u{E9} \($0)" })
    #expect(examples.choose.map(\.text) == (0..<4).map { "b \($0)" } && examples.gate.count == 4)
    // Where no rows are read, nothing can be joined.
    #expect(DataFolder.fix(data, joins: false) == "Name the data file itself.")
  }

  private static func command(for folder: URL) -> String? {
    let fix = DataFolder.fix(folder, joins: true)
    return fix.range(of: "python3 ").map { String(fix[$0.lowerBound...]) }
  }

  @Test(arguments: ["a b", "ä", "a/..", ".x", "a:b", String(repeating: "n", count: 101)])
  func unsafeNames(name: String) {
    let url = URL(fileURLWithPath: "/nowhere").appendingPathComponent(name + ".jsonl")
    let error = #expect(throws: StreamError.self) { try FileSuite(files: [url]) }
    guard case .identity = error else {
      Issue.record("expected .identity, got \(String(describing: error))")
      return
    }
  }

  @Test func doubledNames() throws {
    let files = ["/a/News.jsonl", "/b/news.json"].map { URL(fileURLWithPath: $0) }
    let error = #expect(throws: StreamError.self) { try FileSuite(files: files) }
    #expect(error?.detail.file == "/b/news.json")
    #expect(error?.detail.got == "\"news\", as for /a/News.jsonl")
  }
}
