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

  /// What the files have in bfloat16 already is no smaller in it, except on a GPU, which holds it in float32 where nothing is said.
  @Test func filesInBFloat16() throws {
    let goldens = Accrete.package.appendingPathComponent("Tests/Goldens")
    let (half, wide) = (goldens.appendingPathComponent("tiny-bf16"), goldens.appendingPathComponent("tiny"))
    let all = [WeightPrecision.bfloat16, .int8, .nf4]
    #expect(LessMemory.forms(than: nil, of: half) == [.int8, .nf4])
    #expect(LessMemory.forms(than: nil, of: half, compute: .bfloat16).isEmpty)
    #expect(LessMemory.forms(than: nil, of: half, device: "cuda:0") == all)
    #expect(LessMemory.forms(than: .float32, of: half) == all && LessMemory.forms(than: nil, of: wide) == all)
    #expect(LessMemory.forms(than: nil, of: goldens.appendingPathComponent("none")) == all)
    let loss = try BaseOptions.parse(["--base", half.path]).lessMemory(for: ExpertOptions.parse([]))
    #expect(loss == "Use --weights int8 or nf4, or a smaller base.")
    // The header counts, not what the configuration says of it.
    let scratch = try Scratch()
    try scratch.copy(wide, as: "base")
    let text = try scratch.text("base/config.json").replacing("\"float32\"", with: "\"bfloat16\"")
    try scratch.write(text, to: "base/config.json")
    #expect(LessMemory.forms(than: nil, of: scratch.url("base")) == all)
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
      let base = try TaskBaseOptions.parse(["--base", Accrete.base.path])
      #expect(base.smallerForms(in: registry, learns: true).isEmpty)
      // Its base is in bfloat16.
      #expect(base.smallerForms(in: registry) == [.int8, .nf4])
      let device = try TaskBaseOptions.parse(["--base", Accrete.base.path, "--device", "cuda"])
      #expect(device.smallerForms(in: registry) == [.bfloat16, .int8, .nf4])
      #expect(try TaskBaseOptions.parse(["--weights", "int8"]).smallerForms(in: registry) == [.nf4])
      let none = try RegistryOptions.parse(["--registry", scratch.url("none").path])
      #expect(base.smallerForms(in: none, learns: true) == [.int8, .nf4])
    }
  }
}
