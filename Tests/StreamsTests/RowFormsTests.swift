import Foundation
import TestSupport
import Testing

@testable import Streams

/// The same rows in every form that people have them in.
@Suite struct RowFormsTests {
  private static let texts = ["a, b", "a \"b\"\nc", "ä;\té", "plain", " spaces ", "=1+1", "x", "y"]
  private static let splits = ["train", "train", "train", "train", "dev", "valid", "test", "test"]
  private static let labels = ["b", "a", "b", "a", "a", "b", "a", "b"]

  private static let objects = texts.indices.map { row in
    let text = texts[row].replacing("\"", with: "\\\"").replacing("\n", with: "\\n").replacing("\t", with: "\\t")
    return "{\"text\":\"\(text)\",\"label\":\"\(labels[row])\",\"split\":\"\(splits[row])\"}"
  }

  private static func table(_ separator: String, end: String, head: [String] = ["text", "label", "split"]) -> String {
    let rows = texts.indices.map { row in
      ["\"\(texts[row].replacing("\"", with: "\"\""))\"", labels[row], splits[row]].joined(separator: separator)
    }
    return ([head.joined(separator: separator)] + rows).joined(separator: end)
  }

  static let forms: [(name: String, content: String, columns: String)] = [
    ("a.jsonl", objects.joined(separator: "\n") + "\n", ""),
    ("a.jsonl", "\u{FEFF}" + objects.joined(separator: "\r\n\r\n"), ""),
    ("a.json", "[" + objects.joined(separator: ",") + "]", ""),
    ("a.json", "[\n  " + objects.joined(separator: ",\n  ") + "\n]\n", ""),
    ("a.csv", table(",", end: "\n") + "\n", ""),
    ("a.csv", "\u{FEFF}" + table(",", end: "\r\n"), ""),
    ("a.csv", table(";", end: "\r\n"), ""),
    ("a.csv", table(",", end: "\r") + "\r", ""),
    ("a.tsv", table("\t", end: "\n"), ""),
    ("a", table(",", end: "\n"), ""),
    ("a.csv", table(",", end: "\n", head: ["body", "text", "split"]), "text=body,label=text"),
    ("a.jsonl", objects.map { $0.replacing("\"label\"", with: "\"class\"") }.joined(separator: "\n"), "label=class"),
  ]

  private func read(_ url: URL, _ columns: String) throws -> TaskExamples {
    try RowReader(columns: columns.isEmpty ? ColumnNames() : ColumnNames(parsing: columns)).examples(url, name: "a")
  }

  @Test(arguments: forms.indices, [false, true])
  func everyFormIsTheSame(form: Int, isGzipped: Bool) throws {
    let folder = try Scratch()
    let (name, content, columns) = Self.forms[form]
    var url = try folder.write(content, to: name)
    if isGzipped {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "gzip -n \"$0\"", url.path]
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      url = url.appendingPathExtension("gz")
    }
    #expect(RowReader.taskName(of: url) == "a")
    let examples = try read(url, columns)
    #expect(
      examples.learn.map(\.text) == Self.texts[..<4].map(\.stripped) && examples.learn.map(\.index) == [0, 1, 2, 3])
    #expect(examples.learn.map(\.answer) == Array(Self.labels[..<4]) && examples.task.labels == ["a", "b"])
    #expect(examples.choose.map(\.text) == ["spaces", "=1+1"] && examples.gate.map(\.text) == ["x", "y"])
    #expect(examples.learn.map(\.id) == ["a/0", "a/1", "a/2", "a/3"])
    #expect(try #require(examples.form).contains("gzipped") == isGzipped)
    // The same file asks for answers; what came goes out on one line.
    let (read, end, _) = try RequestRow.read(
      url, columns: columns.isEmpty ? ColumnNames() : ColumnNames(parsing: columns))
    let rows = try read.map { try $0.get() }
    #expect(end == nil && rows.map(\.text) == Self.texts.map(\.stripped) && rows.map(\.answer) == Self.labels)
    #expect(
      rows.allSatisfy {
        !$0.json.contains("\n") && (try? JSONSerialization.jsonObject(with: Data($0.json.utf8))) != nil
      })
  }

  @Test func numbersAndBooleansAreLabels() throws {
    let folder = try Scratch()
    let rows = ["1", "true", "-3", "1", "true", "-3"].enumerated().map { position, label in
      "{\"text\":\"t\(position)\",\"label\":\(label),\"split\":\"\(position < 3 ? "train" : "test")\"}"
    }
    let file = try folder.write(rows.joined(separator: "\n"), to: "a.jsonl")
    #expect(try RowReader().read(file).labels == ["-3", "1", "true"])
    #expect(try RequestRow.read(file).rows.map { try $0.get().answer } == ["1", "true", "-3", "1", "true", "-3"])
    let floating = try folder.write("{\"text\":\"t\",\"label\":1.5}", to: "b.jsonl")
    #expect(message(in: folder) { _ = try RowReader().read(floating) }?.contains("got the number 1.5") == true)
  }

  @Test func completionsAreAnswers() throws {
    let folder = try Scratch()
    func rows(_ answer: String) -> String {
      (0..<8).map { "{\"prompt\":\"p\($0) \",\"\(answer)\":\"\($0 % 2)\",\"split\":\"\($0 < 4 ? "train" : "test")\"}" }
        .joined(separator: "\n")
    }
    let one = try RowReader().read(folder.write(rows("answer"), to: "a.jsonl"))
    let other = try RowReader().read(folder.write(rows("completion"), to: "a.jsonl"))
    #expect(one == other && one.kind == .classification && one.train[0].text == "p0 ")
    let written = try RowReader(labelLimit: 0).read(folder.write(rows("answer"), to: "a.jsonl"))
    #expect(written.kind == .generation)
  }

  /// Labels that are given decide the order, and refuse others.
  @Test func givenLabels() throws {
    let folder = try Scratch()
    let file = try folder.write(Self.objects.joined(separator: "\n"), to: "a.jsonl")
    #expect(try RowReader(labels: ["b", "a"]).examples(file).task.labels == ["b", "a"])
    let less = message(in: folder) { _ = try RowReader(labels: ["b", "c"]).examples(file) }
    #expect(less?.hasPrefix("--labels: expected labels that rows of a.jsonl have, got \"c\", which none has") == true)
  }

  /// A file without names in its first line, and one that has two forms.
  @Test func formsThatCannotBeTold() throws {
    let folder = try Scratch()
    let headless = try folder.write("good film,pos\nbad film,neg\n", to: "a.csv")
    let got = message(in: folder) { _ = try RowReader().examples(headless) }
    #expect(got?.hasPrefix("a.csv:1: expected the fields of one form") == true)
    let both = try folder.write("text,label,prompt,answer\na,b,c,d\n", to: "b.csv")
    #expect(
      message(in: folder) { _ = try RowReader().examples(both) }?.contains("--form text-label or prompt-answer") == true
    )
    #expect(
      try RowReader(form: .promptAnswer, labelLimit: 0).read(
        folder.write("text,label,prompt,answer,split\na,b,c,d,train\na,b,c,e,test", to: "c.csv")
      ).train[0].text == "c")
    let column = message(in: folder) { _ = try read(headless, "text=tet") }
    #expect(column?.contains("expected the column \"tet\"") == true)
    #expect(
      message(in: folder) { _ = try read(headless, "txt=good film") }?.contains("On the left stands text") == true)
  }

  /// A column's name may have a comma or an equals sign.
  @Test func columnsAsJSON() throws {
    let folder = try Scratch()
    let file = try folder.write("\"a, b\",c=d\nx,1\ny,2\n", to: "a.csv")
    let columns = try ColumnNames(parsing: #"{"text": "a, b", "label": "c=d"}"#)
    #expect(try RequestRow.read(file, columns: columns).rows.map { try $0.get().text } == ["x", "y"])
    for bad in ["{", "{\"text\":1}", "{\"txt\":\"a\"}", "{\"text\":\"a\",\"label\":\"a\"}"] {
      #expect(throws: StreamError.self, "\(bad)") { try ColumnNames(parsing: bad) }
    }
  }

  /// Forms of other programs are told what they are, and how they become one of these.
  @Test(arguments: [
    (#"{"message":[{"role":"user","content":"a"}]}"#, "or \"messages\", or \"conversations\""),
    (#"{"Text":"a","Label":"b"}"#, "--columns text=Text,label=Label"),
    (#"{"text":"a","label":1.5}"#, "Write a whole number"),
  ]) func formsOfOthers(row: String, way: String) throws {
    let folder = try Scratch()
    let got = message(in: folder) { _ = try RowReader().examples(folder.write(row, to: "a.jsonl")) }
    #expect(got?.contains(way) == true, "\(got ?? "")")
  }

  /// What comes through a pipe may be packed, too.
  @Test func packedRowsOfAPipe() throws {
    let folder = try Scratch()
    let file = try folder.write(Self.objects.joined(separator: "\n"), to: "a.jsonl")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "gzip -nk \"$0\"", file.path]
    try process.run()
    process.waitUntilExit()
    let data = try Data(contentsOf: file.appendingPathExtension("gz"))
    let examples = try RowReader().examples(data, as: URL(fileURLWithPath: "pipe"), name: "a")
    #expect(
      try examples.learn == RowReader().examples(file, name: "a").learn
        && examples.form == "JSONL, gzipped, text and label")
  }

  static let bad: [(String, String)] = [
    ("text,label\na,b,c\n", "a.csv:2: expected 2 fields, as the first line has, got more."),
    ("text,label\na\n", "a.csv:2: expected 2 fields, as the first line has, got 1."),
    ("text,label\n\"a\nb\nc", "a.csv:2: expected the quotation mark that closes the field which begins here"),
    (
      "text,label\n\"a\nb\"c,d\n",
      "a.csv:3: expected a separator or the end of the line behind a closing quotation mark"
    ),
    ("text,label,text\na,b,c\n", "a.csv:1: expected every column's name once"),
    ("text,label\n,b\n", "a.csv:2: expected a string \"text\", got a blank one."),
    ("text,label\n", "a.csv: expected at least one row, got nothing below the columns' names."),
    (String(repeating: ",", count: 5000) + "\n", "a.csv:1: expected at most 4096 columns, got more."),
    ("text,label,split\na,b,train\nc,b,\n", "a.csv:3: expected a string \"split\", got none"),
  ]

  @Test(arguments: bad.indices) func badTables(number: Int) throws {
    let folder = try Scratch()
    let file = try folder.write(Self.bad[number].0, to: "a.csv")
    let got = message(in: folder) { _ = try RowReader().examples(file) } ?? "no error"
    #expect(got.hasPrefix(Self.bad[number].1) && got.contains(" Fix: "), "\(got)")
  }

  /// A table that pandas wrote with its row numbers, and quotation marks in the middle of a field.
  @Test func unnamedColumns() throws {
    let folder = try Scratch()
    let file = try folder.write(",text,label,split\n0,say \"a\",x,train\n1,b,y,train\n2,c,x,test\n", to: "a.csv")
    let task = try RowReader().read(file)
    #expect(task.train.map(\.text) == ["say \"a\"", "b"] && task.labels == ["x", "y"])
  }

  /// What stands before a file of a zip file.
  private static func header(_ name: String) -> [UInt8] {
    [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 26) + Array(name.utf8)
  }

  static let foreign: [(name: String, bytes: [UInt8], command: String)] = [
    ("a.parquet", Array("PAR1....".utf8), "pandas.read_parquet"),
    ("a.arrow", [0xFF, 0xFF, 0xFF, 0xFF, 1], "datasets.Dataset.from_file"),
    ("a.feather", Array("ARROW1..".utf8), "pandas.read_feather"),
    ("a b.xlsx", [0x50, 0x4B, 3, 4, 0], "' \'"), ("a.zip", [0x50, 0x4B, 3, 4, 0], "unzip -p a.zip | gzip > a.gz"),
    ("a.xls", [0xD0, 0xCF, 0x11, 0xE0], "pandas.read_excel"), ("a.jsonl.zst", [0x28, 0xB5, 0x2F, 0xFD], "zstd -dc"),
    ("a.csv", [0xFF, 0xFE, 0x61, 0], "iconv -f UTF-16"),
    // A workbook is one whatever it is called; the first of its files may be about the others.
    ("b.csv", header("[Content_Types].xml") + header("xl/workbook.xml"), "pandas.read_excel"),
  ]

  @Test(arguments: foreign.indices) func otherFormsNameTheWay(number: Int) throws {
    let folder = try Scratch()
    let (name, bytes, command) = Self.foreign[number]
    let file = try folder.write(Data(bytes), to: name)
    let got = message(in: folder) { _ = try RowReader().examples(file, name: "a") }
    #expect(got?.contains("Fix: Convert it: ") == true, "\(got ?? "")")
    #expect(number == 3 ? got?.contains("read_excel") == true : got?.contains(command) == true, "\(got ?? "")")
    #expect(number != 3 || got?.contains("pip install pandas openpyxl") == true, "\(got ?? "")")
  }

  /// White space around a label is not part of it; an answer loses the one space that separates it from its prompt elsewhere.
  @Test func spacesAroundLabels() throws {
    let folder = try Scratch()
    let table = "text,label,split\na,x,train\nb, y ,train\nc,\t x,validation\nd,y,test\n"
    #expect(try RowReader().examples(folder.write(table, to: "a.csv"), name: "a").task.labels == ["x", "y"])
    let sets =
      ["{\"text\":\"a\",\"labels\":[\" x\",\"y \"],\"split\":\"train\"}"]
      + ["validation", "test"].map {
        "{\"text\":\"\($0)\",\"labels\":[],\"split\":\"\($0)\"}"
      }
    let several = try RowReader().examples(folder.write(sets.joined(separator: "\n"), to: "b.jsonl"), name: "b")
    #expect(several.task.labels == ["x", "y"])
    let answers = [" x", "  y", "x ", " \u{301}"].map { answer in
      "{\"prompt\":\"p \(answer)\",\"completion\":\"\(answer)\",\"split\":\"train\"}"
    }
    let written =
      (answers
      + ["validation", "test"].map {
        "{\"prompt\":\"\($0)\",\"completion\":\"x\",\"split\":\"\($0)\"}"
      }).joined(separator: "\n")
    let free = try RowReader(labelLimit: 0).examples(folder.write(written, to: "c.jsonl"), name: "c")
    #expect(
      free.learn.map { Array($0.answer.unicodeScalars) }
        == ["x", "  y", "x ", "\u{301}"].map { Array($0.unicodeScalars) })
  }

  /// A table whose column of labels is still empty can be asked.
  @Test(arguments: ["\"\"", "\"  \"", "null"]) func answersThatNobodyGave(value: String) throws {
    for name in ["label", "answer", "completion"] {
      let row = try RequestRow(Data("{\"text\":\"a\",\"\(name)\":\(value)}".utf8), line: 1, file: "f")
      #expect(row.answer == nil && row.text == "a")
    }
  }

  /// What stands between values is not part of a text: a line of a file of Windows comes back as JSON that is one line.
  @Test func whiteSpaceBetweenValues() throws {
    let row = try RequestRow(Data("{\"text\":\r\t\"a\\tb\"}\r".utf8), line: 1, file: "f")
    #expect(row.text == "a\tb" && row.json == "{\"text\":  \"a\\tb\"}")
  }

  /// A gzipped file that is cut, and one that unpacks to far too much.
  @Test func brokenGzip() throws {
    let folder = try Scratch()
    let cut = try folder.write(Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0]), to: "a.jsonl.gz")
    #expect(
      message(in: folder) { _ = try RowReader().examples(cut) }?.hasPrefix(
        "a.jsonl.gz: expected the rest of the packed data")
        == true)
  }

  /// One line of an array may be longer than a row.
  @Test func anArrayOnOneLongLine() throws {
    let folder = try Scratch()
    let text = String(repeating: "word ", count: 200_000)
    let rows = (0..<20).map {
      "{\"text\":\"\($0) \(text)\",\"label\":\"\($0 % 2)\",\"split\":\"\($0 < 10 ? "train" : "test")\"}"
    }
    let file = try folder.write("[" + rows.joined(separator: ",") + "]", to: "a.json")
    #expect(try RowReader().read(file).train.count == 10)
  }
}
