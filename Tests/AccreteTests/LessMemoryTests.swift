import ArgumentParser
import Foundation
import ModelConfiguration
import TestSupport
import Testing

@testable import accrete

/// What is offered where memory is short is what the command takes.
@Suite struct LessMemoryTests {
  /// Only what is smaller than how the base is held.
  @Test(
    arguments: [
      (nil, [WeightPrecision.bfloat16, .int8, .nf4]), (.float32, [.bfloat16, .int8, .nf4]), (.bfloat16, [.int8, .nf4]),
      (.int8, [.nf4]), (.fp8, [.nf4]), (.nf4, []), (.int4, []),
    ] as [(WeightPrecision?, [WeightPrecision])]) func smallerForms(held: WeightPrecision?, forms: [WeightPrecision])
  {
    #expect(LessMemory.forms(than: held, of: nil) == forms)
    // On a CPU products of bfloat16 take nothing else.
    let halves = LessMemory.forms(than: held, of: nil, compute: .bfloat16, device: "cpu")
    #expect(halves == forms.filter { $0 == .bfloat16 })
    #expect(LessMemory.forms(than: held, of: nil, compute: .bfloat16, device: "cuda:0") == forms)
  }

  /// Checkpoints that have codes of their own are as small as they get.
  @Test func packedCheckpoints() {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    for name in ["gptq", "awq"] {
      let folder = tests.appendingPathComponent("Goldens/packed/\(name)")
      #expect(LessMemory.forms(than: nil, of: folder).isEmpty)
      #expect(LessMemory.forms(than: .float32, of: folder) == [.bfloat16, .int8, .nf4])
    }
  }

  @Test func sentences() {
    #expect(LessMemory.advice(weights: []) == "Close other programs.")
    #expect(LessMemory.advice(weights: [.nf4]) == "Use --weights nf4.")
    #expect(
      LessMemory.advice(weights: [.int8, .nf4], last: "a smaller base")
        == "Use --weights int8 or nf4, or a smaller base.")
    #expect(
      LessMemory.advice(["a smaller --batch", "--gradient-checkpointing"], weights: [.bfloat16, .int8, .nf4])
        == "Use a smaller --batch, --gradient-checkpointing, or --weights bfloat16, int8 or nf4.")
    #expect(LessMemory.advice(["a smaller --length"], weights: []) == "Use a smaller --length.")
  }

  /// A run's file says how its base is held; one that cannot be read says nothing.
  @Test func runs() throws {
    let scratch = try Scratch()
    try scratch.write("weights: int8\n", to: "run.yaml")
    let known = try RunOptions.parse(["--config", scratch.url("run.yaml").path]).lessMemory()
    #expect(known.hasSuffix("--gradient-checkpointing, or --weights nf4."), "\(known)")
    let missing = try RunOptions.parse(["--config", scratch.url("none.yaml").path]).lessMemory()
    #expect(missing.hasSuffix("or --weights bfloat16, int8 or nf4."), "\(missing)")
  }
}

extension CommandLineTests {
  /// What a registry serves holds its base in one way.
  @Suite struct RegistryMemoryTests {
    @Test func whatARegistryTakes() throws {
      let scratch = try Scratch()
      try scratch.copy(LearnedRegistry.shared.folder().appendingPathComponent("registry"), as: "registry")
      let registry = try RegistryOptions.parse(["--registry", scratch.url("registry").path])
      let base = try TaskBaseOptions.parse([])
      #expect(base.smallerForms(in: registry, learns: true).isEmpty)
      #expect(base.smallerForms(in: registry) == [.bfloat16, .int8, .nf4])
      #expect(try TaskBaseOptions.parse(["--weights", "int8"]).smallerForms(in: registry) == [.nf4])
      let none = try RegistryOptions.parse(["--registry", scratch.url("none").path])
      #expect(base.smallerForms(in: none, learns: true) == [.bfloat16, .int8, .nf4])
    }
  }
}
