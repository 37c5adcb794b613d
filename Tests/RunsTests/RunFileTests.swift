import Files
import Foundation
import ModelConfiguration
import Runs
import Testing
import Torch

@testable import Records

/// Is untrusted YAML refused with a message, whatever the parser makes of it?
@Suite struct RunFileTests {
  private func read(_ text: String) throws -> RunFile { try RunFile.decode(Data(text.utf8), path: "run.yaml") }

  private func refusal(_ text: String) -> String? {
    do {
      _ = try read(text)
      return nil
    } catch let error as RunError {
      return error.description
    } catch {
      return "another error: \(type(of: error)): \(error)"
    }
  }

  /// Some editors write one before the text.
  @Test func aByteOrderMarkBeforeTheText() throws {
    #expect(try read("\u{FEFF}tasks: [plain.jsonl]\nseed: 3\n").source.files == ["plain.jsonl"])
    #expect(try read("\u{FEFF}seed: 3\n").seed == 3 && read("\u{FEFF}") == RunFile())
  }

  @Test func everyKindOfValue() throws {
    let file = try read(
      """
      # a comment with R&D, *stars* and &anchors
      tasks: [a.jsonl, "b c.jsonl", 'd*.jsonl']
      seed: 18446744073709551615
      rank: 0x10
      alpha: 1.6e1
      dropout: .5
      gradient-checkpointing: true
      weights: bfloat16
      data: a & b:c
      method: 1:30
      """)
    #expect(file.source.files == ["a.jsonl", "b c.jsonl", "d*.jsonl"])
    #expect(file.seed == .max && file.rank == 16 && file.alpha == 16 && file.dropout == 0.5)
    #expect(file.training.gradientCheckpointing && file.weights == .bfloat16 && file.source.data == "a & b:c")
    #expect(file.method == "1:30")
    #expect(try read("") == RunFile() && read("# nothing\n") == RunFile())
  }

  /// Numbers that are none say where they stand.
  @Test(arguments: [".nan", ".inf", "-.INF", "1e400", "-1.5e999"]) func numbersThatAreNone(number: String) {
    #expect(
      refusal("rank: 2\nalpha: \(number)\n")?.contains("run.yaml:2: alpha") == true
        && refusal("alpha: \(number)")?.contains("a finite number") == true,
      "\(refusal("alpha: \(number)") ?? "accepted")")
    #expect(refusal("method: '\(number)'") == nil)
  }

  /// Billion laughs and its relatives: none reaches the parser, which would build, hash, compare or free the tree.
  @Test(arguments: [
    "a: &a [x,x]\nb: &b [*a,*a]\n? *b\n: 1\n",
    "tasks: [&a [], &b [*a], &c [*b]]\n", "tasks:\n- &a x\n- *a\n", "data: &d /x\nbase: *d\n", "&a rank: 2\n",
    "? &a x\n: 1\n", "{&a rank: 2}", "{rank: &a 2}", "{\"rank\":&a 2}", "base: x'\ntasks: [&a [], '*b']\n",
    "# comment\rbase: &a x\n", "# comment\u{85}base: &a x\n", "# comment\u{2028}base: &a x\n", "\u{FEFF}&a rank: 2\n",
    "base: x #\nrank: &a 2\n", "rank:\n\t&a 2\n", "[&a-]", "[*_]",
  ])
  func anchorsAndAliases(text: String) {
    let message = refusal(text)
    #expect(message?.contains("anchor") == true, "\(message ?? "accepted")")
  }

  @Test func laughsByTheBillion() {
    var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1...30 {
      text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ","))]\n"
    }
    #expect(refusal(text + "? *a30\n: 1\n")?.contains("run.yaml:1`") == true)
    // So deep that only to free it would overflow the stack.
    let chain = "[&a0 []" + (1...40_000).map { ",&a\($0) [*a\($0 - 1)]" }.joined() + "]"
    #expect(refusal("tasks: " + chain)?.contains("anchor") == true)
  }

  @Test(arguments: [10_000, 100_000]) func nesting(levels: Int) {
    let open = String(repeating: "[", count: levels)
    for text in [
      "tasks: " + open, "tasks: " + open + String(repeating: "]", count: levels), open,
      String(repeating: "- ", count: levels), String(repeating: "? ", count: levels),
      "rank: " + String(repeating: "{a: ", count: levels), String(repeating: "{\"a\":", count: levels),
    ] {
      let message = refusal(text)
      #expect(message?.contains("YAML") == true, "\(text.prefix(20)): \(message ?? "accepted")")
      #expect(message?.utf8.count ?? 0 < 1000)
    }
  }

  /// Numbers in base 60, in which the parser's arithmetic overflows, and others that are none.
  @Test(arguments: [
    "seed: 1:1:1:1:1:1:1:1:1:1:1:1:1:1", "rank: 9223372036854775807:59", "rank: -9223372036854775807:59",
    "seed: 18446744073709551615:0", "epochs: 1:30", "alpha: 1:30", "rank: 99999999999999999999", "rank: 1e3",
    "rank: 0x",
    "seed: -1", "seed: 0xFFFFFFFFFFFFFFFFF", "rank: \"2\"", "rank: [2]", "rank: {a: 2}", "tasks: a",
    "tasks: {a: b}", "tasks: [[a]]", "gradient-checkpointing: maybe", "weights: float8",
  ])
  func valuesOfTheWrongKind(text: String) {
    let message = refusal(text)
    #expect(
      message?.contains("run.yaml:1: ") == true && message?.contains("; allowed: ") == true, "\(message ?? "accepted")")
    #expect(message?.contains("unknown") == false)
  }

  @Test(arguments: [
    "learningrate: 1", "? [a]\n: 1", "? {=: rank}\n: 1", "<<: {rank: 2}", "=: 2", "\"\\e[2J\": 1", "1: 2", "~: 2",
    "? \n",
  ])
  func unknownKeys(text: String) {
    let message = refusal(text)
    #expect(
      message?.contains("run.yaml:1: ") == true && message?.contains("unknown") == true, "\(message ?? "accepted")")
    #expect(message?.onOneLine == message)
  }

  @Test(arguments: [
    "rank: 2\nrank: 3\n", "rank: [2\n", "rank: \"2\n", "%YAML 9.9\n---\nrank: 2", "rank: 2\n---\nrank: 3\n", "\u{0}",
    "rank: \u{1}", "@", "`", "a: b: c", "- a\nb: c", "!<x", "\"\\xZZ\": 1", "\"\\uD800\": 1", "|9\n x", "%TAG",
  ])
  func noYAML(text: String) {
    let message = refusal(text)
    #expect(message?.contains("YAML") == true && message?.onOneLine == message, "\(message ?? "accepted")")
  }

  /// Rows are not options, whatever their texts look like.
  @Test(arguments: [
    ("- text: rain\n  label: bad\n", 1), ("# mine\n---\n\n- {\"text\": \"a *b* &c\", \"label\": \"x\"}\n", 4),
    ("-\n  messages:\n  - role: user\n", 1), ("[{\"prompt\": \"x\",\n \"answer\": \"y\"}]\n", 1),
  ]) func rowsAreNoOptions(text: String, line: Int) {
    let message = refusal(text) ?? "accepted"
    #expect(message.contains("run.yaml:\(line)` is a row of a task, not an option"), "\(message)")
    #expect(message.contains("`tasks: [FILE]` names them"), "\(message)")
  }

  @Test func noMappingNoTextTooMuch() throws {
    #expect(refusal("- a\n")?.contains("not a mapping") == true && refusal("text")?.contains("not a mapping") == true)
    #expect(throws: RunError.self) { try RunFile.decode(Data([0xFF, 0xFE]), path: "run.yaml") }
    let large = Data(repeating: UInt8(ascii: "#"), count: (1 << 20) + 1)
    #expect(throws: FileError.tooLarge(path: "run.yaml", bytes: (1 << 20) + 1, limit: 1 << 20)) {
      try RunFile.decode(large, path: "run.yaml")
    }
    #expect(throws: FileError.self) { try RunFile.read(URL(fileURLWithPath: "/dev/zero")) }
  }
}
