import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// A pipe without a writer instead of each file that is read: does every command end, and say what it is?
  @Suite struct PipeTests {
    /// A command must end within this, on a busy machine; without a writer, the ordinary way to open a pipe never does.
    private static let patience = 60.0

    private func expectRefusal(
      _ scratch: Scratch, _ arguments: [String], pipe name: String, code: Int32? = nil,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let file = scratch.url(name)
      let kept = file.appendingPathExtension("kept")
      try? FileManager.default.moveItem(at: file, to: kept)
      try #require(mkfifo(file.path, 0o600) == 0, "\(name)", sourceLocation: sourceLocation)
      defer {
        try? FileManager.default.removeItem(at: file)
        try? FileManager.default.moveItem(at: kept, to: file)
      }
      let run = try Accrete.measured(arguments, in: scratch.url, seconds: Self.patience)
      #expect(run.stopped == nil, "\(name): \(run.testDescription)", sourceLocation: sourceLocation)
      #expect(
        run.outcome.code != 0 && run.outcome.code != 70, "\(name): \(run.testDescription)",
        sourceLocation: sourceLocation)
      let said = run.outcome.error + run.outcome.text
      #expect(
        said.contains("regular file") || said.contains("pipe"), "\(name): \(said)", sourceLocation: sourceLocation)
    }

    @Test(arguments: [
      "config.json", "model.safetensors", "tokenizer.json", "generation_config.json", "tokenizer_config.json",
      "special_tokens_map.json",
    ]) func aFileOfABase(name: String) throws {
      let scratch = try Scratch()
      _ = try scratch.copyBase()
      try expectRefusal(scratch, ["generate", "--prompt", "x", "--base", "base"], pipe: "base/\(name)")
      if ["config.json", "model.safetensors"].contains(name) {
        try expectRefusal(scratch, ["logits", "--ids", "1", "--base", "base"], pipe: "base/\(name)")
        try expectRefusal(scratch, ["doctor", "--base", "base"], pipe: "base/\(name)")
      }
    }

    @Test func aChatTemplateAndShards() throws {
      let scratch = try Scratch()
      _ = try scratch.copyBase()
      try expectRefusal(scratch, ["chat-template", "--base", "base"], pipe: "base/chat_template.jinja")
      try FileManager.default.removeItem(at: scratch.url("base/model.safetensors"))
      try expectRefusal(scratch, ["logits", "--ids", "1", "--base", "base"], pipe: "base/model.safetensors.index.json")
      try scratch.write(#"{"weight_map":{"a":"x.safetensors"}}"#, to: "base/model.safetensors.index.json")
      try expectRefusal(scratch, ["logits", "--ids", "1", "--base", "base"], pipe: "base/x.safetensors")
      try FileManager.default.removeItem(at: scratch.url("base/tokenizer.json"))
      try expectRefusal(scratch, ["tokenize", "--base", "base"], pipe: "base/hy.tiktoken")
    }

    @Test func whatAUserNames() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let file = "\(TinyRun.tasks[0]).jsonl"
      try expectRefusal(scratch, TinyRun.arguments(), pipe: file)
      try expectRefusal(scratch, ["doctor", "--tasks", file], pipe: file)
      try expectRefusal(scratch, ["train", "--config", "run.yaml", "--out", "run"], pipe: "run.yaml")
      try expectRefusal(scratch, ["compare", "--config", "run.yaml", "--out", "c"], pipe: "run.yaml")
      try expectRefusal(scratch, ["pretrain", "--config", "run.yaml", "--out", "p"], pipe: "run.yaml")
      try expectRefusal(scratch, ["generate", "--base", "seedling", "--prompts", "p.jsonl"], pipe: "p.jsonl")
      try expectRefusal(scratch, ["loss", "--base", "seedling", "--text", "t.txt"], pipe: "t.txt")
      try expectRefusal(
        scratch, ["train-tokenizer", "--data", "t.txt", "--vocabulary", "300", "--out", "t"], pipe: "t.txt")
    }

    @Test func theFilesOfARun() throws {
      let scratch = try Scratch()
      try scratch.copy(try FinishedRun.shared.folder().appendingPathComponent("run"), as: "run")
      for name in ["manifest.json", "events.jsonl", "matrix.json", "metrics.json", "costs.json"] {
        try expectRefusal(scratch, ["verify", "run"], pipe: "run/\(name)")
      }
      let checkpoints = try FileManager.default.contentsOfDirectory(atPath: scratch.url("run/checkpoints").path)
      let last = try #require(checkpoints.filter { $0.hasSuffix(".safetensors") }.max())
      try expectRefusal(scratch, ["verify", "run"], pipe: "run/checkpoints/\(last)")
      for name in ["manifest.json", "events.jsonl", "matrix.json"] {
        try expectRefusal(scratch, ["report", "run"], pipe: "run/\(name)")
      }
      try expectRefusal(
        scratch, ["generate", "--prompt", "x", "--run", "run", "--task", "weather"], pipe: "run/manifest.json")
    }

    @Test func theFilesOfAnExpert() throws {
      let scratch = try Scratch()
      try scratch.write(
        #"{"peft_type":"LORA","r":2,"lora_alpha":4,"target_modules":["q_proj"]}"#, to: "e/adapter_config.json")
      try scratch.write("", to: "e/adapter_model.safetensors")
      let generate = ["generate", "--prompt", "x", "--base", "seedling", "--expert", "e"]
      for name in ["expert.json", "adapter_config.json", "adapter_model.safetensors"] {
        try expectRefusal(scratch, generate, pipe: "e/\(name)")
      }
      try expectRefusal(
        scratch, ["experts", "import", "e", "--name", "n", "--out", "o", "--base", "seedling"],
        pipe: "e/adapter_config.json")
    }

    /// Where a stream makes sense it has a name.
    @Test func promptsOfStandardInput() throws {
      let prompts = Data("{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\n".utf8)
      let arguments = ["generate", "--base", "seedling", "--max-tokens", "2", "--threads", "1", "--prompts"]
      let piped = try Accrete.run(arguments + ["-"], input: prompts)
      let scratch = try Scratch()
      try scratch.write(prompts, to: "p.jsonl")
      let file = try Accrete.run(arguments + ["p.jsonl"], in: scratch.url)
      #expect(piped.code == 0 && piped.output == file.output && !piped.output.isEmpty, "\(piped.testDescription)")
      let bad = try Accrete.run(arguments + ["-"], input: Data("{\"prompt\":\"a\"}\n\n{\"prompt\":\"b\",}".utf8))
      AccreteTests.expectRefusal(bad, code: 65, "standard input, line 3", "a comma before the closing bracket")
    }
  }
}
