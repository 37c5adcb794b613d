import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// A base with a number that is none, or infinite: does every command that loads one say so, by the tensor's name?
  @Suite struct NotFiniteTests {
    /// A copy of the embedded base, bfloat16, whose last tensor holds NaN or infinity at its last position.
    private func base(_ bits: [UInt8]) throws -> Scratch {
      let scratch = try Scratch()
      let file = try scratch.copyBase().appendingPathComponent("model.safetensors")
      var bytes = try Data(contentsOf: file)
      bytes.replaceSubrange(bytes.count - 2..<bytes.count, with: bits)
      try bytes.write(to: file)
      return scratch
    }

    private func expectNamed(_ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
      expectRefusal(
        outcome, code: 65, "base/model.safetensors: tensor `", "holds an infinite value or NaN",
        sourceLocation: sourceLocation)
      #expect(!outcome.text.lowercased().contains("nan"), sourceLocation: sourceLocation)
    }

    @Test(arguments: [[0xC0, 0x7F], [0x80, 0xFF]] as [[UInt8]]) func everyCommandThatLoadsOne(bits: [UInt8]) throws {
      let scratch = try base(bits)
      try TinyRun.write(to: scratch)
      try scratch.write("{\"text\":\"a\"}\n", to: "t.jsonl")
      for arguments in [
        ["logits", "--ids", "1,2"], ["generate", "--prompt", "x"], ["loss", "--text", "t.jsonl"],
        TinyRun.arguments(),
      ] {
        expectNamed(try Accrete.run(arguments + ["--base", "base"], in: scratch.url))
      }
      let doctor = try Accrete.run(["doctor", "--base", "base", "--json"], in: scratch.url)
      #expect(doctor.code == 65 && doctor.text.contains("holds an infinite value"), "\(doctor.text)")
    }
  }
}
