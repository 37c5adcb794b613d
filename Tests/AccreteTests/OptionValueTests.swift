import ArgumentParser
import Experts
import Foundation
import Learning
import ModelConfiguration
import Records
import TestSupport
import Testing
import Torch

@testable import accrete

/// Does a message about an option's value say where it was given, what it is, and what may stand there?
@Suite struct OptionValueTests {
  private static let lowRank = ExpertError.invalidHyperparameter(name: "rank", value: "0", allowed: "1 to 4096")

  /// What the program says to its arguments, without being run: its first line.
  private func answer(_ arguments: String...) -> String {
    do {
      _ = try AccreteCommand.parseAsRoot(arguments)
      return "no error"
    } catch {
      let text = OptionSynonyms.explained(AccreteCommand.fullMessage(for: error), of: arguments)
      return text.split(separator: "\n").first.map(String.init) ?? ""
    }
  }

  /// Whether the parser or a table of settings refuses it, and in a file, it reads the same.
  @Test func oneForm() throws {
    let message = "`--compute` is \"half\"; allowed: float32, bfloat16, auto. half is bfloat16, as there is no float16"
    #expect(answer("train", "--tasks", "a", "--out", "x", "--compute", "half") == "Error: \(message)")
    #expect(answer("learn", "a", "--compute", "half") == "Error: \(message)")
    let scratch = try Scratch()
    try scratch.write("rank: 2\ncompute: half\n", to: "run.yaml")
    let path = scratch.url("run.yaml").path
    let error = #expect(throws: RunError.self) { try RunOptions.parse(["--config", path]).configuration() }
    #expect("\(try #require(error))" == "`\(path):2: compute` is \"half\"; allowed: float32, bfloat16, auto")
    #expect(answer("learn", "a", "--rank", "two parts") == "Error: `--rank` is \"two parts\"; allowed: a whole number")
    #expect(answer("predict", "a", "--format", "x") == "Error: `--format` is \"x\"; allowed: json, csv")
  }

  /// A flag is named as a flag, a key by its line.
  @Test func flagsAndKeys() throws {
    func text(_ error: any Error, _ arguments: String...) -> String {
      "\(OptionValues.located(error, of: arguments))"
    }
    let flag = "`--rank` is 0; allowed: 1 to 4096"
    #expect(text(Self.lowRank, "train", "--rank", "0") == flag && text(Self.lowRank, "train", "--rank=0") == flag)
    let none = RunError.invalidConfiguration(key: "tasks", got: "none", allowed: "a file")
    #expect(text(none, "train", "--out", "x") == "`--tasks` is none; allowed: a file")
    let scratch = try Scratch()
    try scratch.write("base: seedling\nrank: 0\n", to: "run.yaml")
    let path = scratch.url("run.yaml").path
    #expect(text(Self.lowRank, "train", "--config", path) == "`\(path):2: rank` is 0; allowed: 1 to 4096")
    #expect(text(Self.lowRank, "train", "--config=\(path)", "--rank", "0") == flag)
    #expect(text(none, "train", "--config", path) == "`--tasks` is none; allowed: a file")
    let threads = RunError.invalidConfiguration(key: "threads", got: "0", allowed: "more")
    #expect(text(threads, "pretrain", "--config", path, "--set", "threads=0") == "`--set threads` is 0; allowed: more")
    // What is no option of the command stays as it is.
    #expect(text(Self.lowRank, "resume", "run") == "\(Self.lowRank)")
    let other = LearningError.unsupported(what: "x", fix: "y")
    #expect(text(other, "train", "--rank", "0") == "\(other)")
  }

  /// What only a checkpoint can have is refused by its name alone.
  @Test func valuesOfCheckpoints() {
    let error = #expect(throws: TorchError.self) {
      try WeightMatrix(Tensor.zeros([2, 2]), precision: .int4)
    }
    let text = error.map { "\(OptionValues.located($0, of: ["generate", "--weights", "int4"]))" }
    #expect(
      text
        == "`--weights` is int4; allowed: int4 for checkpoints of GPTQ and AWQ; nf4 holds others in 4 bits")
  }

  /// All that a run is checked for has the name of its option.
  @Test func checksAreNamedAsOptions() {
    var options = TrainingOptions()
    options.warmupSteps = -1
    let error = #expect(throws: LearningError.self) { try options.validate() }
    #expect(error.map { "\($0)" } == "warmup-steps is -1; allowed: 0 or more")
  }
}
