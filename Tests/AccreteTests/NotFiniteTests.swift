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

    /// Makes the numbers of the base's tensors with these names larger by 2^126, as far as bfloat16 goes: each is finite, and what is
    /// computed from them is not.
    private func enlarge(_ names: [String], in scratch: Scratch) throws {
      let file = scratch.url("base/model.safetensors")
      var bytes = [UInt8](try Data(contentsOf: file))
      let length = (0..<8).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
      let header = try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length]))
      for (name, value) in try #require(header as? [String: Any]) where names.contains(where: name.contains) {
        let offsets = try #require((value as? [String: Any])?["data_offsets"] as? [Int])
        // Two bytes a number, the lower one first; bits 7 to 14 are its exponent.
        for position in stride(from: 8 + length + offsets[0], to: 8 + length + offsets[1], by: 2) {
          let bits = Int(bytes[position]) | Int(bytes[position + 1]) << 8
          let exponent = bits >> 7 & 0xFF
          guard exponent > 0 else { continue }
          let larger = bits & 0x807F | min(254, exponent + 126) << 7
          (bytes[position], bytes[position + 1]) = (UInt8(larger & 0xFF), UInt8(larger >> 8))
        }
      }
      try Data(bytes).write(to: file)
    }

    /// Every weight is finite, and what the base computes is not: each command says so, and none writes what is no number.
    @Test(arguments: [["embed_tokens"], ["q_proj", "k_proj"]]) func aBaseThatOverflows(names: [String]) throws {
      let scratch = try Scratch()
      _ = try scratch.copyBase()
      try enlarge(names, in: scratch)
      try TinyRun.write(to: scratch)
      let outcome = try Accrete.run(
        ["train", "--tasks", "weather.jsonl", "traffic.jsonl", "--out", "run", "--method", "accrete"]
          + ["--output-head", "trained"] + TinyRun.options(base: "base"), in: scratch.url)
      #expect(outcome.code == 65 && outcome.complaints.count == 1, "\(outcome.testDescription)")
      let line = outcome.complaints.first ?? ""
      #expect(line.contains("infinite values or NaN") || line.contains("--compute float32"), "\(line)")
    }

    @Test func aLossThatIsNoNumber() throws {
      let scratch = try Scratch()
      _ = try scratch.copyBase()
      try enlarge(["q_proj", "k_proj"], in: scratch)
      try scratch.write("{\"text\":\"a river\"}\n", to: "t.jsonl")
      expectRefusal(
        try Accrete.run(["loss", "--text", "t.jsonl", "--base", "base"], in: scratch.url), code: 65,
        "the base's predictions of the text hold infinite values or NaN")
    }
  }
}
