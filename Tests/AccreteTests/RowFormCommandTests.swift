import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Every form of rows through learn, predict and evaluate: the same rows give the same bytes and the same answers.
  @Suite struct RowFormCommandTests {
    private func run(_ arguments: String..., in scratch: Scratch, code: Int32 = 0) throws -> Outcome {
      let outcome = try Accrete.run(arguments, in: scratch.url)
      try #require(outcome.code == code, "\(arguments): \(outcome.testDescription)")
      return outcome
    }

    private struct Row {
      let (text, label, split): (String, String, String)
    }

    private static let rows = (0..<8).flatMap { place in
      [("rain", "bad"), ("hail", "bad"), ("sun", "good"), ("a blue sky", "good")].map { word, label in
        Row(
          text: "In place \(place), there is \"\(word)\".", label: label,
          split: place < 5 ? "train" : place < 6 ? "dev" : "test")
      }
    }

    private static func json(_ fields: (Row) -> String) -> String {
      rows.map { row in "{\(fields(row)),\"split\":\"\(row.split)\"}" }.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "\\\"") + "\"" }

    /// A label or two for a row, or none.
    private static func several(_ row: Row) -> [String] {
      row.label == "bad" ? ["wet"] : row.text.contains("blue") ? [] : ["dry", "warm"]
    }

    private static func table(_ separator: String, _ head: [String], labels: (Row) -> String = \.label) -> String {
      ([head.joined(separator: separator)]
        + rows.map { row in
          ["\"" + row.text.replacing("\"", with: "\"\"") + "\"", labels(row), row.split].joined(separator: separator)
        }).joined(separator: "\r\n") + "\r\n"
    }

    /// Groups of forms that are the same task.
    private static let groups: [[(name: String, content: String, columns: String?)]] = {
      let plain = json { "\"text\":\(quoted($0.text)),\"label\":\"\($0.label)\"" }
      return [
        [
          ("a.jsonl", plain, nil),
          ("a.json", "[" + plain.split(separator: "\n").joined(separator: ",") + "]", nil),
          ("a.csv", table(",", ["text", "label", "split"]), nil),
          ("a.tsv", table("\t", ["body", "class", "split"]), "text=body,label=class"),
        ],
        [
          ("a.jsonl", json { "\"prompt\":\(quoted($0.text)),\"answer\":\"\($0.label)\"" }, nil),
          ("a.csv", table(";", ["prompt", "completion", "split"]), nil),
        ],
        [
          (
            "a.jsonl",
            json {
              "\"messages\":[{\"role\":\"user\",\"content\":\(quoted($0.text))},{\"role\":\"assistant\",\"content\":\"\($0.label)\"}]"
            }, nil
          ),
          (
            "a.jsonl",
            json {
              "\"conversations\":[{\"from\":\"human\",\"value\":\(quoted($0.text))},{\"from\":\"gpt\",\"value\":\"\($0.label)\"}]"
            }, nil
          ),
          ("a.jsonl", json { "\"instruction\":\(quoted($0.text)),\"input\":\"\",\"output\":\"\($0.label)\"" }, nil),
          (
            "a.jsonl",
            json {
              "\"prompt\":[{\"role\":\"user\",\"content\":\(quoted($0.text))}],\"completion\":[{\"role\":\"assistant\",\"content\":\"\($0.label)\"}]"
            }, nil
          ),
        ],
        // Several labels a row: a list, in a table a cell with bars.
        [
          (
            "a.jsonl",
            json { row in
              "\"text\":\(quoted(row.text)),\"labels\":[\(several(row).map { "\"\($0)\"" }.joined(separator: ","))]"
            }, nil
          ),
          ("a.csv", table(",", ["text", "labels", "split"]) { several($0).joined(separator: "|") }, nil),
        ],
      ]
    }()

    /// A second one is not instead of the first.
    @Test func columnsTwice() throws {
      let scratch = try Scratch()
      try scratch.write(Self.table(",", ["body", "class", "split"]), to: "a.csv")
      _ = try run("init", "--base", ShallowBase.folder.path, in: scratch)
      let twice = try run(
        "learn", "a.csv", "--columns", "text=body", "--columns", "label=class", "--output-head", "ridge", "--dry-run",
        in: scratch)
      #expect(twice.text.contains("labels (bad, good)"), "\(twice.testDescription)")
      let mixed = try run(
        "learn", "a.csv", "--columns", #"{"text":"body"}"#, "--columns", "label=class", "--dry-run", in: scratch,
        code: 64)
      #expect(mixed.error.contains("one JSON object, or pairs"))
    }

    @Test(arguments: 0..<4, [false, true]) func theSame(group: Int, isGzipped: Bool) throws {
      let scratch = try Scratch()
      try scratch.copy(ShallowBase.folder, as: "base")
      try scratch.write(
        "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}[assistant] {% endif %}",
        to: "base/chat_template.jinja")
      var first: (parts: [String: String], labels: [String], evaluation: String)?
      for (number, (name, content, columns)) in Self.groups[group].enumerated() {
        try scratch.write(content, to: name)
        var file = name
        if isGzipped {
          let process = Process()
          process.executableURL = URL(fileURLWithPath: "/bin/sh")
          process.arguments = ["-c", "gzip -nf \"$0\"", scratch.url.appendingPathComponent(name).path]
          try process.run()
          process.waitUntilExit()
          file += ".gz"
        }
        let home = "registry-\(number)"
        _ = try run("init", "--base", "base", "--registry", home, in: scratch)
        let more = ["--registry", home] + (columns.map { ["--columns", $0] } ?? [])
        func accrete(_ words: [String]) throws -> Outcome {
          let outcome = try Accrete.run(words + more, in: scratch.url)
          try #require(outcome.code == 0, "\(name): \(words): \(outcome.testDescription)")
          return outcome
        }
        _ = try accrete(["learn", file, "--output-head", "ridge", "--threads", "1", "--quiet"])
        let digests = try digests(["head", "rows", "router", "probe"], in: home, of: scratch)
        let answers = try accrete(["predict", file, "--task", "a"]).text.split(separator: "\n").map {
          let answer = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
          return try #require(
            answer?["label"] as? String ?? (answer?["labels"] as? [String])?.joined(separator: "|"))
        }
        try #require(answers.count == Self.rows.count)
        let evaluation = try accrete(["evaluate", file, "--task", "a"]).text
        if let first {
          #expect(digests == first.parts && answers == first.labels && evaluation == first.evaluation, "\(name)")
        } else {
          first = (digests, answers, evaluation)
        }
      }
    }

    /// The digests of some parts of the first version of a task.
    private func digests(_ names: [String], in home: String, of scratch: Scratch) throws -> [String: String] {
      let shown = try Accrete.run(["show", "a@1", "--json", "--registry", home], in: scratch.url).json()
      let manifest = try #require((shown as? [String: Any])?["manifest"] as? [String: Any])
      let parts = try #require(manifest["parts"] as? [String: [String: Any]])
      let digests = parts.filter { names.contains($0.key) }.compactMapValues { $0["digest"] as? String }
      try #require(digests.count == names.count, "\(parts.keys)")
      return digests
    }

    /// An expert that is trained, by gradients: a step learns nothing, but its bytes are those of the rows and their order.
    @Test func theSameExpert() throws {
      let scratch = try Scratch()
      var first: [String: String]?
      for (number, (name, content, columns)) in Self.groups[0].enumerated() {
        try scratch.write(content, to: name)
        let home = "registry-\(number)"
        _ = try run("init", "--base", ShallowBase.folder.path, "--registry", home, in: scratch)
        let words =
          ["learn", name, "--registry", home, "--output-head", "label", "--rank", "2", "--max-epochs", "1"]
          + ["--learning-rate", "0.001", "--threads", "1", "--quiet"] + (columns.map { ["--columns", $0] } ?? [])
        let outcome = try Accrete.run(words, in: scratch.url)
        try #require(outcome.code == 0, "\(name): \(outcome.testDescription)")
        let digests = try digests(["tensors", "adapterConfig", "rows", "router", "probe"], in: home, of: scratch)
        #expect(digests == first ?? digests, "\(name)")
        first = digests
      }
    }

    /// Prompts with few distinct answers are labels unless the limit says otherwise.
    @Test(arguments: [
      (nil, "labels (bad, good)"), ("2", "labels (bad, good)"), ("1", "free answers"), ("0", "free answers"),
    ])
    func labelLimit(limit: String?, words: String) throws {
      let scratch = try Scratch()
      try scratch.write(Self.groups[1][0].content, to: "a.jsonl")
      _ = try run("init", "--base", ShallowBase.folder.path, in: scratch)
      let more = limit.map { ["--label-limit", $0] } ?? []
      let outcome = try Accrete.run(["learn", "a.jsonl", "--dry-run"] + more, in: scratch.url)
      #expect(outcome.code == 0 && outcome.text.contains(words), "\(outcome.testDescription)")
    }

    @Test func aLabelLimitBelowZero() throws {
      let scratch = try Scratch()
      try scratch.write(Self.groups[1][0].content, to: "a.jsonl")
      _ = try run("init", "--base", ShallowBase.folder.path, in: scratch)
      let outcome = try run("learn", "a.jsonl", "--label-limit=-1", "--dry-run", in: scratch, code: 64)
      #expect(
        outcome.error.contains("--label-limit") && outcome.error.contains("0 or more"), "\(outcome.testDescription)")
    }
  }
}
