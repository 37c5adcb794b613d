import Files
import Foundation
import Generation
import Learning
import Records
import Registry
import Serving
import Streams
import TaskModels
import Testing
import Tokenization

@testable import Evolution

/// A task of conversations from rows to answers, on a base whose template writes them.
@Suite struct ConversationTests {
  private static let template =
    "{% for m in messages %}<{{ m.role }}>\n{{ m.content }}{{ eos_token if m.role == 'assistant' else '\n' }}{% endfor %}{% if add_generation_prompt %}<assistant>\n{% endif %}"

  /// The embedded base with another template, or without one.
  private func home(_ template: String? = template) throws -> Home {
    let plain = try Home()
    let folder = plain.url.appendingPathComponent("base")
    try FileManager.default.copyItem(at: Home.folder, to: folder)
    if let template {
      try Data(template.utf8).write(to: folder.appendingPathComponent("chat_template.jinja"))
    } else {
      let file = folder.appendingPathComponent("tokenizer_config.json")
      var object = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
      object["chat_template"] = nil
      try JSONSerialization.data(withJSONObject: object).write(to: file)
    }
    return try Home(base: Base(folder: folder), keeping: plain)
  }

  private func rows(_ form: (String, String, String) -> String) -> [String] {
    (0..<12).flatMap { place in
      (Home.words["weather"] ?? [:]).sorted { $0.key < $1.key }.flatMap { label, words in
        words.map { word in
          form(
            "In place \(place) there is \(word).", label,
            place % 4 == 3 ? "test" : place % 4 == 2 ? "validation" : "train")
        }
      }
    }
  }

  private static func messages(_ text: String, _ label: String, _ split: String) -> String {
    #"{"messages":[{"role":"user","content":"\#(text)"},{"role":"assistant","content":"\#(label)"}],"split":"\#(split)"}"#
  }

  @Test func learnedAndAsked() throws {
    let home = try home()
    let outcome = try home.learn(home.write(rows(Self.messages), named: "weather"), options: Home.options(.both))
    let served = try home.registry.load("weather@1", on: home.base)
    let form = served.runner.model.form
    #expect(try form.kind == .label && form.labels == ["bad", "good"] && form.template == home.base.chatForm()?.record)
    #expect(outcome.rows.form == "JSONL, messages")
    #expect(outcome.rows.conversations == ConversationCounts(conversations: 96, turns: 96, leftOut: 0))
    // A conversation, and a text by itself, which is the user's only turn.
    let line = #"{"messages":[{"role":"user","content":"In place 7 there is hail."}]}"#
    let row = try RequestRow(Data(line.utf8), line: 1, file: "f")
    let answers = try served.predict([row])
    #expect(try answers == served.predict(["In place 7 there is hail."]))
    let ids = try served.runner.encoded(served.text(of: row)).promptIds
    #expect(
      try home.base.tokenizer.decode(ids, skipSpecialTokens: false)
        == "<user>\nIn place 7 there is hail.\n<assistant>\n")
    // The rows that are kept make the same task.
    let kept = try home.registry.unpackedBlob(
      #require(served.manifest.parts[VersionManifest.Role.rows]).digest)
    let again = try RowReader().examples(kept, as: URL(fileURLWithPath: "rows.jsonl"), name: "weather")
    #expect(again.areConversations && again.task.labels == form.labels)
    #expect(try RowKeys(again) == home.registry.rowKeys(of: served.version))
    // Every form of the same rows gives the same parts, to the byte.
    for (name, row) in [
      (
        "sharegpt",
        { text, label, split in
          #"{"conversations":[{"from":"human","value":"\#(text)"},{"from":"gpt","value":"\#(label)"}],"split":"\#(split)"}"#
        }
      ),
      (
        "prompt-messages",
        { text, label, split in
          #"{"prompt":[{"role":"user","content":"\#(text)"}],"completion":[{"role":"assistant","content":"\#(label)"}],"split":"\#(split)"}"#
        }
      ),
      (
        "alpaca",
        { text, label, split in
          #"{"instruction":"\#(text)","input":"","output":"\#(label)","split":"\#(split)"}"#
        }
      ),
    ] as [(String, (String, String, String) -> String)] {
      let other = try self.home()
      try other.learn(other.write(rows(row), named: "weather"), options: Home.options(.both))
      let made = try other.registry.load("weather@1", on: other.base)
      for role in [VersionManifest.Role.tensors, VersionManifest.Role.head, VersionManifest.Role.rows] {
        #expect(made.manifest.parts[role]?.digest == served.manifest.parts[role]?.digest, "\(name), \(role)")
      }
    }
  }

  private static func withSystem(_ text: String, _ label: String, _ split: String) -> String {
    messages(text, label, split).replacing("[{", with: #"[{"role":"system","content":"Judge the weather."},{"#)
  }

  private static func withInstruction(_ text: String, _ label: String, _ split: String) -> String {
    #"{"instruction":"Judge the weather.","input":"\#(text)","output":"\#(label)","split":"\#(split)"}"#
  }

  /// Texts that were learned behind a constant system turn or instruction are known by what the user says alone.
  @Test(arguments: [false, true]) func knownWithOtherTurns(alpaca: Bool) throws {
    let home = try home()
    let around = alpaca ? Self.withInstruction : Self.withSystem
    try home.learn(home.write(rows(around), named: "weather"), options: Home.options(.both))
    let served = try home.registry.load("weather@1", on: home.base)
    let keys = try #require(try home.registry.rowKeys(of: served.version))
    #expect(keys.said?[.learn]?.count == 48 && keys.said != keys.rows)
    func evaluated(_ lines: [String], _ keys: RowKeys) throws -> TaskEvaluation {
      let asked = try lines.map { try RequestRow(Data($0.utf8), line: 1, file: "f") }
      return try TaskEvaluation(served, rows: asked, keys: keys)
    }
    func plain(_ text: String, _ label: String, _ split: String) -> String {
      #"{"text":"\#(text)","label":"\#(label)"}"#
    }
    let other = alpaca ? Self.withSystem : Self.withInstruction
    for lines in [rows(plain), rows(Self.messages), rows(other)] {
      let result = try evaluated(lines, keys)
      #expect(result.seen == 72 && result.seenWithOtherTurns == 72 && result.accuracyOfUnseen?.n == 24)
    }
    let same = try evaluated(rows(around), keys)
    #expect(same.seen == 72 && same.seenWithOtherTurns == 0)
    // A file of an earlier program has no such keys, and is read.
    let object = try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(keys)) as? [String: Any])
    let old = try JSONDecoder().decode(
      RowKeys.self, from: JSONSerialization.data(withJSONObject: object.filter { $0.key != "said" }))
    #expect(old.said == nil && old.rows == keys.rows)
    #expect(try evaluated(rows(plain), old).seen == 0 && evaluated(rows(around), old).seen == 72)

    // Gate rows of another task are refused without their system turn or instruction, too.
    let moved = rows(Self.messages).map {
      $0.replacing(#""test""#, with: #""x""#).replacing(#""train""#, with: #""test""#)
        .replacing(#""x""#, with: #""train""#)
    }
    let error = EvolutionError.gateRows(task: "moved", count: 24, withOtherTurns: 24, version: "weather@1")
    #expect(throws: error) { try home.learn(home.write(moved, named: "moved")) }
    #expect(error.description.contains("gate rows of weather@1, with other turns around them, whose scores"))
    // As the task's own next version they are learned from this one, and counted.
    var job = LearnJob(
      file: try home.write(moved, named: "moved"), options: Home.options(.both), program: "test", actor: "test")
    job.name = "weather"
    job.start = try LearnStart(served)
    job.options.maxEpochs = 0
    let outcome = try Learn(job, in: home.registry, on: home.base).run()
    #expect(
      outcome.warnings.contains {
        $0.contains("48 gate rows are texts that weather@1 was trained on, with other turns around them:")
      }, "\(outcome.warnings)")
    // The same parts under another name are told by their texts and answers.
    let copy = RowKeys(try RowReader().examples(home.write(rows(Self.messages), named: "copy"), name: "copy"))
    let texts = copy.texts(.learn).union(copy.texts(.choose))
    #expect(copy.said == nil && texts.count == 72 && copy.shared(texts, with: keys) == texts)
    #expect(copy.sameAnswers(as: keys, of: texts) == 72)
  }

  /// Free answers, several turns: what is written ends where the template ends it.
  @Test func freeAnswers() throws {
    let home = try home()
    let rows = (0..<30).map { number in
      #"{"messages":[{"role":"system","content":"Repeat."},{"role":"user","content":"word\#(number)"},{"role":"assistant","content":"word\#(number)"},{"role":"user","content":"again"},{"role":"assistant","content":"word\#(number)"}]}"#
    }
    var options = Home.options()
    options.outputHead = nil
    let outcome = try home.learn(home.write(rows, named: "repeat"), options: options)
    #expect(outcome.rows.kind == .answer && outcome.rows.learn + outcome.rows.choose + outcome.rows.gate == 60)
    #expect(outcome.rows.conversations == ConversationCounts(conversations: 30, turns: 60, leftOut: 0))
    let served = try home.registry.load("repeat@1", on: home.base)
    #expect(served.runner.model.form.template != nil)
    _ = try served.predict("word3")
  }

  /// Conversations are counted, and the turns in them; those that are used for nothing, too.
  @Test func counts() throws {
    let home = try home()
    func row(_ question: String, _ split: String) -> String {
      let opening = #"{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}"#
      return
        #"{"messages":[\#(opening),{"role":"user","content":"\#(question)"},{"role":"assistant","content":"It is \#(question)"}],"split":"\#(split)"}"#
    }
    let rows = (0..<12).map { row("q\($0)", $0 < 6 ? "train" : $0 < 9 ? "validation" : "test") }
    let repeated = row("q0", "test")
    func learn(_ file: URL) throws -> Learn {
      try Learn(LearnJob(file: file, program: "test", actor: "test"), in: home.registry, on: home.base)
    }
    let chats = try learn(home.write(rows + [repeated], named: "chat"))
    let (examples, conversations) = try chats.examples()
    // The opening of every gate conversation is learned from, and so is all that the last one asks.
    #expect(conversations == ConversationCounts(conversations: 13, turns: 26, leftOut: 5))
    #expect(examples.learn.count == 12 && examples.choose.count == 6 && examples.gate.count == 3)
    #expect(chats.warnings.contains { $0.hasPrefix("5 of 8 gate turns are left out: what they answer is also") })
    #expect(try learn(home.rows("weather")).examples().1 == nil)
  }

  /// Who learned from plain texts is not asked with a template, and who learned with one not without it.
  @Test func neverWithAnotherTemplate() throws {
    let home = try home()
    try home.learn(home.rows("weather"))
    let plain = try home.registry.load("weather@1", on: home.base)
    let line = #"{"messages":[{"role":"user","content":"In place 7 there is hail."}]}"#
    let row = try RequestRow(Data(line.utf8), line: 3, file: "f")
    let error = #expect(throws: StreamError.self) { try plain.predict([row]) }
    #expect(error?.description.contains("line 3: expected a \"text\" or a \"prompt\" for weather@1") == true)
    // Nor is one compared with the other: it is refused before anything is trained.
    func expectRefusal(_ home: Home, _ file: URL, _ was: String) throws {
      let error = #expect(throws: EvolutionError.self) { try home.learn(file, name: "weather") }
      #expect(
        error?.description.contains("weather@1 was learned from \(was)") == true, "\(error.map { "\($0)" } ?? "")")
      #expect(try home.registry.newestVersion(named: "weather")?.number == 1)
    }
    try expectRefusal(home, home.write(rows(Self.messages), named: "weather-chat"), "plain texts")
    let chatting = try self.home()
    try chatting.learn(chatting.write(rows(Self.messages), named: "weather-chat"), name: "weather")
    try expectRefusal(chatting, chatting.rows("weather"), "conversations")
    try home.learn(home.write(rows(Self.messages), named: "chat"))
    for other in [" " + Self.template, nil] {
      let changed = try self.home(other)
      #expect(throws: TaskModelError.self) { try home.registry.load("chat@1", on: changed.base) }
    }
    let without = try self.home(nil)
    let refused = #expect(throws: TaskModelError.self) {
      try without.learn(without.write(rows(Self.messages), named: "chat"))
    }
    #expect(refused.map { "\($0)".contains("has no chat template") } == true)
  }
}
