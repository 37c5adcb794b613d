import Comparing
import Foundation
import Records
import Runs
import TestSupport
import Testing

extension CommandLineTests {
  /// Does a line of YAML mean what the option of the same name means?
  @Suite struct YAMLOptionTests {
    private func run(_ yaml: String, _ arguments: [String], in scratch: Scratch) throws -> Outcome {
      try scratch.write(yaml, to: "settings/run.yaml")
      return try Accrete.run(arguments + ["--config", "settings/run.yaml"], in: scratch.url)
    }

    /// Options that are no keys: the file itself, what replaces its keys, and what another program asks for.
    private static let others = ["--config", "--set", "--help", "--version"]

    @Test(arguments: [
      ("train", RunFile.keys), ("compare", RunFile.keys + ComparisonFile.keys), ("pretrain", PretrainingFile.keys),
    ]) func everyOptionIsAKey(command: String, keys: [String]) throws {
      let tree = try #require(try CommandTree.read().leaves.first { $0.words == ["accrete", command] }).command
      let names = tree.visibleOptions.filter { !Self.others.contains($0) }.map { String($0.dropFirst(2)) }
      #expect(names.count > 8)
      #expect(names.filter { !(keys + InvocationFile.keys).contains($0) }.isEmpty)
    }

    /// All of a command in its file, the folder that it writes included; the method's options as a list, and as a mapping.
    @Test(arguments: ["\n  - lambda=7.5", " {lambda: 7.5}"]) func nothingButTheFile(options: String) throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let yaml = """
        tasks: [weather.jsonl]
        out: runs/one
        method: ewc
        options:\(options)
        rank: 2
        epochs: 1
        batch: 4
        threads: 1
        json: true
        quiet: true
        base: seedling
        """
      let outcome = try run(yaml, ["train"], in: scratch)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      _ = try outcome.json()
      #expect(outcome.errorLines.allSatisfy { $0.hasPrefix("warning: ") }, "\(outcome.error)")
      let manifest = try scratch.text("runs/one/manifest.json")
      #expect(manifest.contains("\"lambda\" : 7.5"))
      // The command line wins, and a trial leaves nothing behind.
      let trial = try run(yaml + "\ndry-run: true\n", ["train", "--out", "two"], in: scratch)
      #expect(trial.code == 0 && trial.text.contains("longestStepSeconds"), "\(trial.testDescription)")
      #expect(!FileManager.default.fileExists(atPath: scratch.url("two").path))
    }

    /// Paths of earlier versions, which were meant from the file's folder, are named.
    @Test(arguments: ["tasks: [../weather.jsonl]", "tasks: [weather.jsonl]\nbase: tiny", "suite: mtl5\ndata: tiny"])
    func pathsAreThoseOfTheShell(yaml: String) throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      try scratch.write("{}", to: "settings/tiny/config.json")
      let outcome = try run(yaml + "\n", ["train", "--out", "run"], in: scratch)
      expectRefusal(
        outcome, code: 64, "settings/run.yaml: ", "the folder in which the command is given", scratch.url.path)
    }

    @Test func pathsOfPretraining() throws {
      let scratch = try Scratch()
      try scratch.write("some text\n", to: "settings/input.txt")
      let yaml = """
        model: {architectures: [LlamaForCausalLM], hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1, num_attention_heads: 2, vocab_size: 288, max_position_embeddings: 16}
        sources: {book: input.txt}
        tokens: 96
        vocabulary: 280
        sequence-length: 8
        batch: 2
        """
      expectRefusal(
        try run(yaml, ["pretrain", "--out", "run"], in: scratch), code: 64, "the folder in which the command is given",
        "input.txt")
    }

    @Test(arguments: [
      ("out: x\noptions: [lambda]", "- name=0.5"), ("out: x\noptions: [a=1, a=2]", "- name=0.5"),
      ("out: x\noptions: [a=nan]", "- name=0.5"),
      ("out: x\noption: [a=1]\noptions: {a: 1}", "they are the same"), ("log-format: xml", "plain, json"),
      ("seed: 1", "--out"),
      ("out: x\nprogram: 7", "accrete doctor"),
    ]) func refusals(yaml: String, word: String) throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      expectRefusal(
        try run("tasks: [weather.jsonl]\n" + yaml + "\n", ["train"], in: scratch), code: 64, word)
    }

    @Test func aComparisonHasNoProgramOfItsOwn() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      for key in ["dry-run: true", "program: x", "tensorboard: x"] {
        expectRefusal(
          try run("tasks: [weather.jsonl]\nout: c\n" + key + "\n", ["compare"], in: scratch), code: 64,
          "only in `accrete train`")
      }
      #expect(try Accrete.run(["train"], in: scratch.url).error.contains("Missing expected argument '--out <out>'"))
      #expect(try Accrete.run(["compare"], in: scratch.url).error.contains("Missing expected argument '--out <out>'"))
    }
  }
}
