import Files
import Foundation
import TestSupport
import Testing

@testable import Streams

/// Are conversations the same in every form in which people have them, and what is learned of them?
@Suite struct ConversationTests {
  private func examples(_ rows: [String], _ folder: Scratch, hasTemplate: Bool = true) throws -> TaskExamples {
    try RowReader(hasTemplate: hasTemplate).examples(folder.write(rows.joined(separator: "\n"), to: "chat.jsonl"))
  }

  private static let question = #"{"messages":[{"role":"user","content":"Say \"a\"\nä 0"}]}"#

  static let forms: [(form: String, row: @Sendable (Int) -> String)] = [
    (
      "messages",
      { #"{"messages":[{"role":"user","content":"Say \"a\"\nä \#($0)"},{"role":"assistant","content":"a\#($0)"}]"# }
    ),
    (
      "messages",
      {
        #"{"messages":[{"content":[{"type":"text","text":"Say \"a\""},{"type":"text","text":"ä \#($0)"}],"role":"user","name":null},{"role":"assistant","content":"a\#($0)","weight":1}]"#
      }
    ),
    (
      "prompt and completion (messages)",
      {
        #"{"prompt":[{"role":"user","content":"Say \"a\"\nä \#($0)"}],"completion":[{"role":"assistant","content":"a\#($0)"}]"#
      }
    ),
    (
      "conversations",
      { #"{"conversations":[{"from":"human","value":"Say \"a\"\nä \#($0)"},{"from":"gpt","value":"a\#($0)"}]"# }
    ),
    ("instruction and output", { #"{"instruction":"Say \"a\"\nä \#($0)","input":"","output":"a\#($0)"# + "\"" }),
    ("instruction and output", { #"{"instruction":"Say \"a\"","input":"ä \#($0)","output":"a\#($0)"# + "\"" }),
  ]

  @Test(arguments: forms.indices) func everyFormIsTheSame(number: Int) throws {
    let folder = try Scratch()
    let splits = ["train", "train", "dev", "test"]
    let rows = splits.indices.map { Self.forms[number].row($0) + #","split":"\#(splits[$0])"}"# }
    let read = try examples(rows, folder)
    #expect(read.areConversations && read.task.kind == .generation)
    #expect(read.form == "JSONL, " + Self.forms[number].form)
    #expect(read.learn.map(\.answer) == ["a0", "a1"] && read.choose.count == 1 && read.gate[0].answer == "a3")
    #expect(read.learn[0].text == Self.question)
    #expect(read.learn[0].id == "chat/0")
    // The same row asks, and its last answer is the right one.
    let asked = try RequestRow.read(folder.url.appendingPathComponent("chat.jsonl")).rows.map { try $0.get() }
    #expect(asked[0].text == Self.question && asked[0].answer == "a0" && asked[0].isConversation)
  }

  /// Each turn of the assistant is an example of what was said before it; with the weight 0 it is only that.
  @Test func everyTurnIsLearned() throws {
    let folder = try Scratch()
    func row(_ weight: String) -> String {
      #"{"id":"x\#(weight.count)","messages":[{"role":"system","content":"s"},{"role":"user","content":"q1"},{"role":"assistant","content":"a1"\#(weight)},{"role":"user","content":"q2"},{"role":"assistant","content":"a2"}],"split":"train"}"#
    }
    let other = #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"split":"test"}"#
    let read = try examples([row(""), row(#","weight":0"#), other], folder)
    let learned = (read.learn + read.choose).sorted { $0.id < $1.id }
    #expect(learned.map(\.id) == ["x0/2", "x0/4", "x11"] && learned.map(\.answer) == ["a1", "a2", "a2"])
    #expect(learned[1].text == learned[2].text, "a weight is not what was said")
    let second = try #require(Conversation(text: learned[1].text))
    #expect(second.turns.map(\.content) == ["s", "q1", "a1", "q2"] && second.spoken == "q1\na1\nq2")
    // Later turns repeat the earlier ones and stay with them.
    #expect(TaskExamples.key(of: learned[0]) == TaskExamples.key(of: learned[1]))
    #expect(TaskExamples.position(of: learned[0]) == TaskExamples.position(of: learned[1]))
    // The row that is kept of an example gives this example and no other.
    let kept = String(decoding: second.row(answering: "a2").json, as: UTF8.self)
    let again = try examples(
      [kept.dropLast() + #","split":"train","id":"k"}"#, kept.dropLast() + #","split":"test"}"#], folder)
    #expect((again.learn + again.choose).map(\.text) == [learned[1].text] && again.gate[0].answer == "a2")
  }

  /// Of a prompt and its completion as lists, what the model says in the completion is learned and nothing else, however many turns it has.
  @Test func completionsOfMessages() throws {
    let folder = try Scratch()
    func turn(_ role: String, _ content: String, _ rest: String = "") -> String {
      #"{"role":"\#(role)","content":"\#(content)"\#(rest)}"#
    }
    func row(_ prompt: [String], _ completion: [String], _ split: String) -> String {
      #"{"prompt":[\#(prompt.joined(separator: ","))],"completion":[\#(completion.joined(separator: ","))],"tools":[{"name":"f"}],"split":"\#(split)"}"#
    }
    let unlearned = #","weight":0"#
    let prompt = [turn("system", "s"), turn("user", "q1"), turn("assistant", "a1"), turn("user", "q2")]
    let several = [turn("assistant", "a2"), turn("user", "q3"), turn("assistant", "a3")]
    let other = [turn("user", "q"), turn("assistant", "x"), turn("user", "r")]
    let read = try examples(
      [
        row(prompt, several, "train"),
        row(other, [turn("assistant", "y", unlearned), turn("assistant", "z")], "train"),
        row([turn("user", "t")], [turn("assistant", "u")], "test"),
      ], folder)
    #expect(read.areConversations)
    let learned = (read.learn + read.choose).sorted { $0.id < $1.id }
    #expect(learned.map(\.answer) == ["a2", "a3", "z"] && learned.map(\.id) == ["chat/0/4", "chat/0/6", "chat/1"])
    let first = try #require(Conversation(text: learned[0].text))
    #expect(first.turns.map(\.content) == ["s", "q1", "a1", "q2"] && first.tools.count == 1)

    // The same as one list in which what the prompt says has the weight 0.
    let whole = prompt.map { $0.replacing("\"a1\"", with: "\"a1\"\(unlearned)") } + several
    let same = try examples(
      [
        #"{"messages":[\#(whole.joined(separator: ","))],"tools":[{"name":"f"}],"split":"train"}"#,
        #"{"messages":[\#(turn("user", "t")),\#(turn("assistant", "u"))],"tools":[{"name":"f"}],"split":"test"}"#,
      ], folder)
    let equal = (same.learn + same.choose).sorted { $0.id < $1.id }
    #expect(equal.map(\.text) == learned.prefix(2).map(\.text) && same.gate.map(\.text) == read.gate.map(\.text))
    #expect(equal.map { TaskExamples.key(of: $0) } == learned.prefix(2).map { TaskExamples.key(of: $0) })
  }

  /// A list of messages is asked with its completion, without it, and with one that nobody has written yet.
  @Test(arguments: [
    #","completion":[{"role":"assistant","content":"a"}]"#, "", #","completion":null"#, #","completion":[]"#,
  ])
  func promptsOfMessagesAreAsked(rest: String) throws {
    let line = #"{"prompt":[{"role":"user","content":"q"}]\#(rest)}"#
    let row = try RequestRow(Data(line.utf8), line: 1, file: "f")
    #expect(row.isConversation && row.text == Conversation(question: "q").text)
    #expect(row.answer == (rest.contains("assistant") ? "a" : nil))
  }

  /// Conversations that open alike are different ones: each falls into a part of its own, with all of its turns.
  @Test func conversationsThatOpenAlike() throws {
    let folder = try Scratch()
    let opening = #"{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello, how can I help?"}"#
    let rows = (0..<240).map {
      #"{"id":"\#($0)","messages":[\#(opening),{"role":"user","content":"Question \#($0)"},{"role":"assistant","content":"Answer \#($0)"}]}"#
    }
    let read = try examples(rows, folder)
    for part in [read.learn, read.choose, read.gate] { #expect(part.count >= 40) }
    func conversations(_ part: [Example]) -> Set<Substring> { Set(part.map { $0.id.prefix { $0 != "/" } }) }
    let (learn, choose, gate) = (conversations(read.learn), conversations(read.choose), conversations(read.gate))
    #expect(learn.count + choose.count + gate.count == 240, "no conversation is torn apart")
    // What all of them are asked first is learned from: it says nothing as a gate row.
    let (kept, leaked) = read.withoutLeaks()
    #expect(leaked == gate.count && kept.gate.allSatisfy { $0.answer.hasPrefix("Answer") })
    // Another answer, another order and other rows move no conversation.
    let others = try examples(rows.reversed().map { $0.replacing("Answer", with: "Reply") }.dropLast(40), folder)
    #expect(conversations(others.gate).isSubset(of: gate))
    // Alpaca's form has the earlier turns in `history`.
    let alpaca = (0..<240).map {
      #"{"instruction":"Question \#($0)","history":[["Hi","Hello, how can I help?"]],"output":"Answer \#($0)"}"#
    }
    let same = try examples(alpaca, folder).withoutLeaks().examples
    #expect(same.gate.map(\.answer).sorted() == kept.gate.map(\.answer).sorted())
    let alone = try #require((0..<30).first { !gate.contains("\($0)") })
    let told = message(in: folder) { _ = try examples(Array(repeating: rows[alone], count: 30), folder) } ?? ""
    #expect(told.contains("none of 60 rows, which ask 1 thing in all") && told.contains("stay together"), "\(told)")
  }

  /// An answer that stands in a prompt that is learned from is no gate row any more.
  @Test func answersInLearnedPrompts() throws {
    let folder = try Scratch()
    func row(_ turns: [(String, String, Bool)], _ split: String) -> String {
      let messages = turns.map {
        #"{"role":"user","content":"\#($0.0)"},{"role":"assistant","content":"\#($0.1)"\#($0.2 ? "" : #","weight":0"#)}"#
      }
      return #"{"messages":[\#(messages.joined(separator: ","))],"split":"\#(split)"}"#
    }
    let read = try examples(
      [
        row([("q", "a", false), ("r", "b", false), ("s", "c", true)], "train"), row([("x", "y", true)], "train"),
        row([("q", "a", true)], "test"), row([("q", "a", false), ("r", "b", true)], "test"),
        row([("z", "y", true)], "test"),
      ], folder)
    let (kept, leaked) = read.withoutLeaks()
    #expect(leaked == 2 && kept.gate.map { Conversation(text: $0.text)?.spoken } == ["z"])
  }

  /// A table's cell holds the turns as JSON; columns may have other names.
  @Test func conversationsInTables() throws {
    let folder = try Scratch()
    let cell = #""[{""role"":""user"",""content"":""q""},{""role"":""assistant"",""content"":""a""}]""#
    let file = try folder.write("chat,split\n\(cell),train\n\(cell.replacing("q", with: "r")),test\n", to: "chat.csv")
    let read = try RowReader(columns: ColumnNames(parsing: "messages=chat")).examples(file)
    #expect(read.areConversations && (read.learn + read.choose).map(\.answer) == ["a"] && read.gate.count == 1)
    let alpaca = try folder.write(#"{"q":"a","r":"b"}"#, to: "alpaca.jsonl")
    let rows = try RequestRow.read(alpaca, columns: ColumnNames(parsing: "instruction=q,output=r")).rows.map {
      try $0.get()
    }
    #expect(rows[0].isConversation && rows[0].answer == "b")
  }

  /// Functions and earlier turns are JSON in a cell, too, and an empty cell has none.
  @Test func listsInTables() throws {
    let folder = try Scratch()
    let messages = #""[{""role"":""user"",""content"":""q""},{""role"":""assistant"",""content"":""a""}]""#
    let tools = try folder.write(
      "messages,tools\n\(messages),\"[{\"\"name\"\":\"\"f\"\"}]\"\n\(messages), \n", to: "t.csv")
    let called = try RequestRow.read(tools).rows.map { try $0.get() }
    #expect(called.map { Conversation(text: $0.text)?.tools.count } == [1, 0])
    let alpaca = try folder.write(
      "instruction,history,output\nSay,\"[[\"\"q\"\",\"\"a\"\"]]\",b\nSay,,b\nSay,x,b\n", to: "h.csv")
    let said = try RequestRow.read(alpaca).rows
    #expect(
      try said.prefix(2).map { try Conversation(text: $0.get().text)?.turns.map(\.content) } == [
        ["q", "a", "Say"], ["Say"],
      ])
    let wrong = #expect(throws: RequestProblem.self) { try said[2].get() }
    #expect(wrong?.text.contains("\"question\", \"answer\"") == true && wrong?.line == 4)
  }

  /// Without a template a question in Alpaca's form is a prompt.
  @Test func alpacaWithoutATemplate() throws {
    let folder = try Scratch()
    let rows = (0..<4).map {
      #"{"instruction":"Add","input":"\#($0) + 1","output":"\#($0 + 1)","split":"\#($0 < 3 ? "train" : "test")"}"#
    }
    let read = try examples(rows, folder, hasTemplate: false)
    #expect(!read.areConversations && (read.learn + read.choose).map(\.text).contains("Add\n0 + 1\n"))
    #expect(try RequestRow.read(folder.url.appendingPathComponent("chat.jsonl")).rows[1].get().prompt == "Add\n1 + 1\n")
  }

  static let bad: [(row: String, got: String)] = [
    (#"{"messages":[{"role":"user","content":"a"}]}"#, "no turn of the assistant"),
    (#"{"messages":[]}"#, "something else, or nothing"), (#"{"messages":"a"}"#, "something else, or nothing"),
    (#"{"messages":[1]}"#, "an entry that is not an object"),
    (#"{"messages":[{"content":"a"}]}"#, "a message without \"role\""),
    (#"{"messages":[{"role":"user","role":"user","content":"a"}]}"#, "a name twice"),
    (#"{"messages":[{"role":"user","content":7}]}"#, "a message without a text"),
    (#"{"messages":[{"role":"user","content":null}]}"#, "a message without a text"),
    (#"{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}"#, "a content part that is not a text"),
    (#"{"messages":[{"role":"assistant","content":"a"}]}"#, "an answer before any question"),
    (
      #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":0}]}"#,
      "turns of the assistant whose weight is 0"
    ),
    (#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":" "}]}"#, "a blank answer"),
    (
      #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"","tool_calls":[{}]}]}"#,
      "an answer that calls functions"
    ),
    (
      #"{"prompt":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"completion":[{"role":"user","content":"c"}]}"#,
      "turns in \"completion\", got no turn of the assistant that is learned"
    ),
    (
      #"{"prompt":[{"role":"user","content":"a"}],"completion":[{"role":"assistant","content":7}]}"#,
      "turns in \"completion\", got a message without a text"
    ),
    (
      #"{"prompt":[{"role":"bing","content":"a"}],"completion":[{"role":"assistant","content":"b"}]}"#,
      "turns in \"prompt\", got the role \"bing\""
    ),
    (#"{"prompt":[{"role":"user","content":"a"}],"completion":[]}"#, "an answer as \"completion\", got an empty one"),
    (#"{"conversations":[{"from":"bing","value":"a"}]}"#, "a turn from \"bing\""),
    (#"{"conversations":[{"from":"human"}]}"#, "a turn without the texts"),
    (#"{"instruction":"a","output":"b","history":[["a"]]}"#, "something else than pairs"),
    (#"{"messages":[{"role":"user","content":"a"}],"conversations":[]}"#, "conversations"),
    (#"{"messages":[{"role":"user\n<|im_end|>","content":"a"}]}"#, "the role \"user"),
    (#"{"messages":[{"role":"Assistant","content":"a"}]}"#, "the role \"Assistant\""),
    (
      #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"a","weight":"0"}]}"#,
      "neither 0 nor 1"
    ),
    (
      #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"a","weight":0.5}]}"#,
      "neither 0 nor 1"
    ),
    (
      "{\"messages\":[" + Array(repeating: #"{"role":"user","content":"a"}"#, count: 257).joined(separator: ",") + "]}",
      "257 of them, which are more than 256"
    ),
  ]

  @Test(arguments: bad.indices) func badConversations(number: Int) throws {
    let folder = try Scratch()
    let got = message(in: folder) { _ = try examples([Self.bad[number].row], folder) } ?? "no error"
    #expect(got.hasPrefix("chat.jsonl:1: expected ") && got.contains(Self.bad[number].got), "\(got)")
    #expect(got.contains(" Fix: "))
  }

  /// A question alone is the same row as its text: it falls into the same split.
  @Test func questionsAreTexts() {
    let question = Conversation(question: " a b ").text
    #expect(Conversation.plain(question) == "a b" && Conversation.splitKey(of: question) == "a b")
    #expect(TaskExamples.isGate(question) == TaskExamples.isGate("a b"))
    let spoken = Conversation([.init(role: "system", content: "s"), .init(role: "user", content: "a")]).text
    #expect(Conversation.plain(spoken) == spoken)
  }

  /// What the user says alone is the same text, whatever constant words stand before it.
  @Test func saidAlone() {
    func chat(_ question: String, _ system: String? = nil) -> String {
      let opening = system.map { Conversation.Turn(role: "system", content: $0) }
      return Conversation([opening, Conversation.Turn(role: "user", content: question)].compactMap(\.self)).text
    }
    #expect(Conversation.said(in: " a ") == "a" && Conversation.said(in: chat("a ", "s")) == "a")
    let later = Conversation([
      .init(role: "user", content: "a"), .init(role: "assistant", content: "b"), .init(role: "user", content: "again"),
    ]).text
    #expect(Conversation.said(in: later) == nil)
    #expect(Conversation.saidAlone(["ä", chat("b"), chat("c", "s"), later]) == ["ä", "b", "c", later])
    #expect(Conversation.saidAlone([chat("Say\nä 1"), chat("Say\nä 2\nx", "s"), later]) == ["ä 1", "ä 2\nx", later])
    // The same words on the last line are no whole line, and one text has no line that all begin with.
    #expect(Conversation.saidAlone(["Say é", "Say è"]) == ["Say é", "Say è"])
    #expect(Conversation.saidAlone(["a\nb", "a\nb"]) == ["a\nb", "a\nb"])
    #expect(Conversation.saidAlone(["a", "a\nb"]) == ["a", "a\nb"] && Conversation.saidAlone([]) == [])
  }

  /// Runs of the laboratory say that they do not take them.
  @Test func theLaboratoryRefuses() throws {
    let folder = try Scratch()
    let file = try folder.write(Self.forms[0].row(0) + "}", to: "chat.jsonl")
    #expect(message(in: folder) { _ = try RowReader().read(file) }?.contains("`accrete learn`") == true)
  }

  /// A text that only looks like a conversation is a text.
  @Test(arguments: [
    "", "{", #"{"messages":["#, #"{"messages":[]} "#, #"{"messages": []}"#,
    #"{"messages":[{"content":"a","role":"user"}]}"#,
    #"{"messages":[{"role":"user","content":"a"}],"x":1}"#,
  ]) func textsThatAreNone(text: String) {
    #expect(Conversation(text: text) == nil && Conversation.spoken(in: text) == text)
  }

  @Test func textsComeBack() throws {
    let conversation = Conversation([
      .init(role: "user", content: "é \u{0}\u{1F}\"\\ \u{2028} 日本"), .init(role: "assistant", content: ""),
    ])
    #expect(Conversation(text: conversation.text) == conversation)
    #expect(try JSONSerialization.jsonObject(with: Data(conversation.text.utf8)) is [String: Any])
  }
}
