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
