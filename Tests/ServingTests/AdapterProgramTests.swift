import Files
import Foundation
import Streams
import TestSupport
import Testing

@testable import Serving

/// Does the `predict.py` beside an exported adapter read the rows that `predict` reads, and refuse what it refuses?
@Suite struct AdapterProgramTests {
  /// Prints what every row asks, or null where it is refused, for the files named; `null` alone for a file that cannot be read.
  private static let driver =
    "import csv, gzip, io, json, pathlib, re, sys\n\n" + AdapterProgram.rows + """


      def read(line, row):
          try:
              return None if isinstance(row, Problem) else asked(row, False)[0]
          except (AttributeError, LookupError, TypeError, ValueError):
              return None


      for name in sys.argv[1:]:
          try:
              print(json.dumps([[line, read(line, row)] for line, row in rows_of(pathlib.Path(name).read_bytes())]))
          except Problem:
              print("null")

      """

  private static let files: [(name: String, content: String)] = [
    ("texts.jsonl", "{\"text\": \" a \", \"id\": 7}\n\n{\"text\": \"b\", \"label\": \"x\"}\n"),
    ("crlf.jsonl", "{\"text\": \"a\"}\r\n{\"text\": \"b\"}\r\n"),
    ("twice.jsonl", "{\"text\": \"a\"}\n{\"text\": \"a\", \"text\": \"b\"}\n"),
    ("numbers.jsonl", "{\"text\": \"a\"}\n{\"text\": \"a\", \"x\": NaN}\n{\"text\": \"b\", \"x\": 1e999}\n"),
    ("types.jsonl", "{\"text\": \"a\"}\n{\"text\": 7}\n{\"text\": null}\n{\"text\": \"  \"}\n[1]\n7\n{}\n"),
    ("both.jsonl", "{\"text\": \"a\"}\n{\"text\": \"a\", \"prompt\": \"b\"}\n{\"x\": \"a\"}\n"),
    (
      "ids.jsonl", "{\"text\": \"a\", \"id\": \"n\"}\n{\"text\": \"b\", \"id\": [1]}\n{\"text\": \"c\", \"id\": true}\n"
    ),
    (
      "labels.jsonl",
      "{\"text\": \"a\", \"label\": true}\n{\"text\": \"b\", \"label\": [1]}\n{\"text\": \"c\", \"label\": 1.5}\n"
    ),
    ("half.jsonl", "{\"text\": \"a\"}\n{\"text\": \"\\ud800\"}\n{\"text\": \"b\""),
    (
      "alpaca.jsonl",
      "{\"instruction\": \"Say\", \"input\": \"a\", \"output\": \"b\"}\n{\"instruction\": \"Say\", \"input\": \"\"}\n"
    ),
    ("history.csv", "instruction,history,output\nSay,\"[[\"\"q\"\",\"\"a\"\"]]\",b\nSay,,b\nSay,x,b\nSay,[,b\n"),
    (
      "lists.jsonl",
      "{\"prompt\": [{\"role\": \"user\", \"content\": \"a\"}]}\n{\"prompt\": []}\n{\"prompt\": [\"a\"]}\n{\"prompt\": {}}\n"
    ),
    ("prompts.jsonl", "{\"prompt\": \" a \", \"completion\": \"b\"}\n{\"prompt\": \"\"}\n"),
    ("array.json", "[{\"text\": \"a\"},\n {\"text\": 7},\n {\"text\": \"b\"}]\n"),
    ("comma.json", "[{\"text\": \"a\"},]"),
    ("open.json", "[{\"text\": \"a\"}"),
    ("table.csv", "text,label\n\"a, b\",x\n\"two\nlines\",y\n,\nc\n"),
    ("tabs.tsv", "id\ttext\n\ta\n2\tb\n"),
    ("excel.csv", "sep=;\ntext;label\na;x\n"),
    ("names.csv", "text,text\na,b\n"),
  ]

  @Test func readsWhatPredictReads() throws {
    let scratch = try Scratch()
    try Data(Self.driver.utf8).write(to: scratch.url("driver.py"))
    for file in Self.files { try Data(file.content.utf8).write(to: scratch.url(file.name)) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", scratch.url("driver.py").path] + Self.files.map { scratch.url($0.name).path }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let lines = output.fileHandleForReading.readDataToEndOfFile().split(separator: UInt8(ascii: "\n"))
    process.waitUntilExit()
    try #require(process.terminationStatus == 0 && lines.count == Self.files.count)
    for (file, line) in zip(Self.files, lines) {
      let theirs = try JSONFile.decode([Row]?.self, from: Data(line), path: file.name)
      let ours = Self.rows(file.name, file.content)
      // An array that is not whole is refused before its first answer there, and after its last row here.
      if theirs == nil, file.name.hasSuffix(".json") {
        #expect(ours == nil || ours?.last?.text == nil, "\(file.name): \(ours ?? [])")
      } else {
        #expect(theirs == ours, "\(file.name)")
      }
    }
  }

  /// Before anything is imported that may not be there: a text in place of a file is told how it is asked.
  @Test func aTextIsNoFile() throws {
    let scratch = try Scratch()
    try Data(AdapterProgram.text.utf8).write(to: scratch.url(AdapterProgram.file))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", scratch.url(AdapterProgram.file).path, "You won a prize"]
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONIOENCODING": "utf-8"]) { $1 }
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(said.hasPrefix("You won a prize: there is no such file."), "\(said)")
    #expect(said.contains("echo '{\"text\": \"…\"}' | python predict.py -"), "\(said)")
  }

  /// Lists of messages as prompt, with and without a completion, are asked as `predict` asks them.
  @Test func listsOfMessages() throws {
    let scratch = try Scratch()
    let asked = #""prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "q", "name": "n"}]"#
    let answer = #"[{"role": "assistant", "content": "a"}]"#
    let rests = [
      "", #", "completion": \#(answer)"#, #", "completion": null"#, #", "completion": " ""#, #", "completion": []"#,
    ]
    let rows = rests.map { "{\(asked)\($0)}" } + [#"{\#(asked), "completion": "a"}"#, #"{\#(asked), "completion": 0}"#]
    try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: scratch.url("rows.jsonl"))
    let driver = Self.driver.replacing("asked(row, False)[0]", with: "json.dumps({\"messages\": asked(row, True)[0]})")
    try Data(driver.utf8).write(to: scratch.url("driver.py"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", scratch.url("driver.py").path, scratch.url("rows.jsonl").path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let theirs = try JSONFile.decode([Row].self, from: data, path: "rows.jsonl")
    #expect(theirs.count == rows.count)
    for (row, theirs) in zip(rows, theirs) {
      let ours = try? RequestRow(Data(row.utf8), line: theirs.line, file: "rows.jsonl").text
      let (one, other) = try (ours.map(tree), theirs.text.map(tree))
      #expect(one == other && (one == nil) == (theirs.line > rests.count), "\(row)")
    }
  }

  private func tree(_ text: String) throws -> JSONTree { try JSONTree(Data(text.utf8)) }

  /// A row's line and what it asks; `nil`: it is refused.
  private struct Row: Equatable, Decodable, CustomStringConvertible {
    let line: Int
    let text: String?

    init(line: Int, text: String?) { (self.line, self.text) = (line, text) }

    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      line = try values.decode(Int.self)
      text = try values.decodeIfPresent(String.self)
    }

    var description: String { "\(line) \(text.map(\.debugDescription) ?? "refused")" }
  }

  private static func rows(_ name: String, _ content: String) -> [Row]? {
    guard let found = try? RequestRow.read(Data(content.utf8), as: name), found.end == nil else { return nil }
    return found.rows.map { result in
      switch result {
      case .success(let row): Row(line: row.line, text: row.isConversation ? row.prompt : row.text)
      case .failure(let problem): Row(line: problem.line, text: nil)
      }
    }
  }
}
