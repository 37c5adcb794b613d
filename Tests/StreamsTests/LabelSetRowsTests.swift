import Foundation
import Testing

@testable import Streams

/// Rows with several labels: the same in every form, and what is wrong with one in one line.
@Suite struct LabelSetRowsTests {
  private static let splits = ["train", "train", "train", "train", "validation", "test"]
  private static let sets = [["b", "a"], [], ["c"], ["a"], ["a", "c"], ["b"]]

  private func read(_ content: String, named name: String = "a.jsonl", labels: [String]? = nil) throws -> TaskExamples {
    try RowReader(labels: labels).examples(Data(content.utf8), as: URL(fileURLWithPath: "/\(name)"), name: "a")
  }

  private func lines(_ sets: [[String]], _ splits: [String]) -> String {
    zip(sets, splits).enumerated().map { row, pair in
      "{\"text\":\"row \(row)\",\"labels\":[\(pair.0.map { "\"\($0)\"" }.joined(separator: ","))],\"split\":\"\(pair.1)\"}"
    }.joined(separator: "\n")
  }

  private func table(_ cell: ([String]) -> String) -> String {
    (["text,labels,split"] + zip(Self.sets, Self.splits).enumerated().map { "row \($0),\(cell($1.0)),\($1.1)" })
      .joined(separator: "\n")
  }

  @Test func everyFormIsTheSame() throws {
    let whole = try read(lines(Self.sets, Self.splits))
    #expect(whole.task.kind == .severalLabels && whole.task.labels == ["a", "b", "c"])
    #expect(whole.learn.map(\.answer) == ["[\"a\",\"b\"]", "[]", "[\"c\"]", "[\"a\"]"])
    #expect(whole.choose.map(\.answer) == ["[\"a\",\"c\"]"] && whole.gate.map(\.answer) == ["[\"b\"]"])
    #expect(whole.task.labelIndices(of: whole.learn[0].answer) == [0, 1])
    #expect(whole.task.labelIndices(of: "[\"d\"]") == nil && whole.task.labelIndices(of: "a") == nil)
    let forms = [
      table { $0.joined(separator: "|") }, table { $0.joined(separator: ";") }, table { $0.joined(separator: " | ") },
      table { "\"[\($0.map { "\"\"\($0)\"\"" }.joined(separator: ","))]\"" },
    ]
    for form in forms {
      let other = try read(form, named: "a.csv")
      #expect(other.learn == whole.learn && other.choose == whole.choose && other.gate == whole.gate, "\(form)")
    }
    let array = "[" + lines(Self.sets, Self.splits).replacing("\n", with: ",") + "]"
    #expect(try read(array, named: "a.json").learn == whole.learn)
    #expect(try read(lines(Self.sets, Self.splits), labels: ["c", "b", "a"]).task.labels == ["c", "b", "a"])
  }

  /// Numbers and booleans are labels as JSON writes them; é and e with an accent are two.
  @Test func labelsOfOtherTypes() throws {
    let rows = [
      "{\"text\":\"x\",\"labels\":[1,true,\"\u{E9}\",\"e\u{301}\"],\"split\":\"train\"}",
      "{\"text\":\"y\",\"labels\":[],\"split\":\"validation\"}", "{\"text\":\"z\",\"labels\":[1],\"split\":\"test\"}",
    ].joined(separator: "\n")
    let labels = try read(rows).task.labels
    #expect(labels.count == 4 && labels[0] == "1" && labels.contains("true"))
  }

  /// A cell is read back as the labels that it was written of.
  @Test(arguments: [[], ["a"], ["a", "b"], ["a|b", "c"], ["a;b"], ["a;b", "c"], ["[x"], ["x", "[y"]])
  func cells(labels: [String]) throws {
    let set = LabelSet(labels)
    let cell = set.cell.replacing("\"", with: "\"\"")
    let csv = "text,labels,split\nq,\"\(cell)\",train\nr,zz|a;b|a|[x| b,train\ns,zz,validation\nt,zz,test\n"
    let read = try self.read(csv, named: "a.csv", labels: Set(labels + ["zz", "a;b", "a", "[x", "b"]).sorted())
    #expect(LabelSet(text: read.learn[0].answer) == set)
  }

  private func refusal(_ content: String, named name: String = "a.jsonl", labels: [String]? = nil) -> String {
    do {
      _ = try read(content, named: name, labels: labels)
      return "nothing was refused"
    } catch {
      return "\(error)"
    }
  }

  private func row(_ fields: String, _ split: String = "train") -> String {
    "{\"text\":\"x\",\(fields),\"split\":\"\(split)\"}"
  }

  @Test func whatIsRefused() throws {
    let good = lines(Self.sets, Self.splits)
    func expect(_ text: String, _ word: String, _ line: SourceLocation = #_sourceLocation) {
      #expect(text.contains(word) && !text.contains("\n"), "\(text)", sourceLocation: line)
    }
    expect(refusal(row("\"label\":\"a\",\"labels\":[\"a\"]")), "text-label or text-labels")
    expect(
      refusal(good + "\n" + row("\"label\":\"a\"")),
      "a.jsonl:7: expected \"labels\", as in the first row, got \"label\"")
    expect(
      refusal(row("\"label\":\"a\"") + "\n" + row("\"labels\":[\"a\"]")), "expected \"label\", as in the first row")
    expect(refusal(good + "\n" + row("\"label\":\"a\",\"labels\":[\"a\"]")), "got \"label\" beside it")
    for (value, word) in [
      ("\"a\"", "got a string"), ("null", "got null"), ("3", "the number 3"), ("{}", "an object"),
      ("[[\"a\"]]", "a list in it"), ("[1.5]", "the number 1.5 in it"), ("[null]", "null in it"),
      ("[\" \"]", "a blank label"),
    ] {
      expect(refusal(good + "\n" + row("\"labels\":\(value)")), word)
    }
    expect(refusal(good + "\n" + row("\"labels\":[\"a\",\"b\",\"a\"]")), "\"a\" twice")
    expect(refusal(good + "\n" + row("\"labels\":[\"new\"]", "test")), "got \"new\"")
    expect(refusal(good + "\n{\"text\":\"x\",\"split\":\"train\"}"), "labels")
    expect(refusal(good, labels: ["a", "b", "c", "d"]), "none for \"d\"")
    expect(refusal(good, labels: ["a", "b"]), "got \"c\"")
    expect(refusal(lines([["a"], [], ["a"]], ["train", "validation", "test"])), "only \"a\"")
    expect(refusal(lines([[], [], []], ["train", "validation", "test"])), "got none")
    let many = (0..<1001).map { "l\($0)" }
    expect(refusal(lines([many, [], []], ["train", "validation", "test"])), "at most 1000 labels, got 1001")
    expect(refusal("text,labels,split\nx,a||b,train\n", named: "a.csv"), "a blank label")
    expect(refusal("text,labels,split\nx,\"[\"\"a\"\"\",train\n", named: "a.csv"), "[\"a\"")
    // By hash: a label that only gate rows have.
    let texts = (0..<200).map { "text \($0)" }
    let gate = try #require(texts.first { TaskExamples.isGate($0) })
    let dealt = texts.enumerated().map { row, text in
      "{\"text\":\"\(text)\",\"labels\":[\(text == gate ? "\"rare\"" : row % 2 == 0 ? "\"a\"" : "\"a\",\"b\"")]}"
    }
    expect(refusal(dealt.joined(separator: "\n")), "got \"rare\", whose rows are all gate rows")
    // Runs of the laboratory have one label a row.
    #expect(throws: StreamError.self) { try RowReader().read(Data(good.utf8), as: URL(fileURLWithPath: "/a.jsonl")) }
  }

  /// Every label has choose rows, and none loses all of its learn rows; a limit counts each label.
  @Test func everyPartHasEachLabel() throws {
    let rows = (0..<400).map { row in
      let labels = ["a", "b", "c"].enumerated().filter { row % [2, 5, 29][$0.offset] == 0 }.map { "\"\($0.element)\"" }
      return "{\"text\":\"text \(row)\",\"labels\":[\(labels.joined(separator: ","))]}"
    }
    let examples = try read(rows.joined(separator: "\n"))
    for label in ["\"a\"", "\"b\"", "\"c\""] {
      let (learn, choose) = (
        examples.learn.count { $0.answer.contains(label) }, examples.choose.count { $0.answer.contains(label) }
      )
      #expect(learn > 0 && choose > 0 && Double(choose) / Double(learn + choose) < 0.4, "\(label) \(learn) \(choose)")
    }
    let few = examples.limited(perClass: 10, seed: 0)
    for label in ["\"a\"", "\"b\"", "\"c\""] {
      #expect((few.learn + few.choose).count { $0.answer.contains(label) } <= 10)
    }
    #expect((few.learn + few.choose).count { $0.answer == "[]" } == 10)
  }

  @Test func requests() throws {
    func labels(_ json: String) throws -> Result<LabelSet, StreamError>? {
      try RequestRow(Data(json.utf8), line: 3, file: "f").labels
    }
    #expect(try labels("{\"text\":\"x\"}") == nil)
    #expect(try labels("{\"text\":\"x\",\"labels\":[\"b\",\"a\"]}")?.get().labels == ["a", "b"])
    // Who only wants an answer is not kept from it.
    let wrong = try #require(try labels("{\"text\":\"x\",\"labels\":7}"))
    #expect(throws: StreamError.self) { try wrong.get() }
  }

  /// No label is written: a prompt has the whole length but for the end token, and words around a text that fill it are refused.
  @Test func prompts() throws {
    let task = LearningTask(
      name: "t", instruction: "Q?", cue: "A:", labels: ["a", "a very long label"], train: [], test: [],
      kind: .severalLabels)
    let encoder = try PromptEncoder(task: task, tokenizer: ByteTokenizer(), endToken: 0, maxLength: 10)
    let encoded = try encoder.encode(
      Example(id: "1", index: 0, text: "hello", answer: LabelSet(["a very long label", "a"]).text))
    #expect(encoded.labelIndices == [0, 1] && encoded.labelIndex == nil && encoded.answerIds == [0])
    #expect(encoded.promptIds.count == 9 && encoded.droppedTokens == 2)
    #expect(throws: StreamError.self) {
      try encoder.encode(Example(id: "1", index: 0, text: "hello", answer: "[\"b\"]"))
    }
    #expect(throws: StreamError.self) { try encoder.encode(Example(id: "1", index: 0, text: "hello", answer: "a")) }
    #expect(throws: StreamError.self) {
      try PromptEncoder(task: task, tokenizer: ByteTokenizer(), endToken: 0, maxLength: 6)
    }
  }
}
