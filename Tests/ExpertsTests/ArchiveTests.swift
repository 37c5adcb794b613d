import Decoder
import Files
import Foundation
import TestSupport
import Testing
import Torch

@testable import Experts

/// Is a stored expert what PEFT would have stored, and bound to its base?
@Suite struct ArchiveTests {
  let model: DecoderModel
  let folder: Scratch

  init() throws {
    model = try Goldens.model()
    folder = try Scratch()
  }

  private let other = Digest(of: Data("other".utf8))

  private func write(_ name: String = "task", _ expert: LowRankExpert? = nil) throws -> ExpertArchive {
    try ExpertArchive.write(
      expert ?? Goldens.expert("lora", model.configuration), name: name, method: "sequential",
      baseDigest: model.digest, baseConfiguration: model.declared, tokenizerDigest: other, promptDigest: other,
      to: folder.url(name))
  }

  @Test func theTensorsArePEFTs() throws {
    _ = try write()
    let ours = try SafetensorsFile(folder.url("task/adapter_model.safetensors"))
    let theirs = try Goldens.tensors("tiny-peft/adapter_model")
    #expect(ours.names == theirs.names && ours.names.count == 12)
    for name in theirs.names {
      #expect(try ours.tensor(name).isEqual(to: theirs.tensor(name)), "\(name)")
    }
    #expect(ours.metadata == ["format": "pt"])
  }

  @Test func theConfigurationHasPEFTsKeysAndValues() throws {
    _ = try write()
    func keys(_ url: URL) throws -> [String: Any] {
      try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    }
    let ours = try keys(folder.url("task/adapter_config.json"))
    let theirs = try keys(Goldens.folder.appendingPathComponent("tiny-peft/adapter_config.json"))
    #expect(ours.keys.count == 11)
    for (key, value) in ours {
      let expected = try #require(theirs[key], "PEFT has no key \(key)")
      if key == "target_modules" {
        #expect(Set(value as? [String] ?? []) == Set(expected as? [String] ?? ["none"]))
      } else if let number = value as? Double {
        #expect(number == expected as? Double, "\(key)")
      } else {
        #expect("\(value)" == "\(expected)", "\(key)")
      }
    }
  }

  @Test func attentionProjectionsHavePEFTsNames() throws {
    let shape = try LowRankShape(rank: 1, alpha: 1, dropout: 0, projections: [.query, .attentionOutput, .down])
    let names = try model.newExpert(shape).peftTensors.keys.sorted().prefix(6)
    let layer = "base_model.model.model.layers.0"
    #expect(
      names == [
        "\(layer).mlp.down_proj.lora_A.weight", "\(layer).mlp.down_proj.lora_B.weight",
        "\(layer).self_attn.o_proj.lora_A.weight", "\(layer).self_attn.o_proj.lora_B.weight",
        "\(layer).self_attn.q_proj.lora_A.weight", "\(layer).self_attn.q_proj.lora_B.weight",
      ])
  }

  @Test func whatItIsBoundTo() throws {
    let archive = try write()
    #expect(archive.baseDigest == model.digest && archive.method == "sequential")
    #expect(try JSONFile.read(ExpertArchive.self, from: folder.url("task/expert.json")) == archive)
    let tensors = folder.url("task/adapter_model.safetensors")
    #expect(try archive.tensorsDigest == Digest(ofFile: tensors))
    #expect(try archive.bytes == Data(contentsOf: tensors).count)
  }

  @Test func equalExpertsAreEqualFiles() throws {
    #expect(try write("a").tensorsDigest == write("b").tensorsDigest)
    #expect(
      try write("c", Goldens.expert("task0", model.configuration)).tensorsDigest != write("a").tensorsDigest)
  }

  @Test(arguments: [
    "", ".", "..", ".hidden", "a/b", "../escape", "/absolute", "a b", "a\u{0}b", "a\n", "ä", "a:b", "a\\b",
    String(repeating: "x", count: 129),
  ])
  func unsafeName(name: String) throws {
    let inner = folder.url("inner")
    #expect(throws: ExpertError.unsafeName(name)) {
      try ExpertArchive.write(
        Goldens.expert("lora", model.configuration), name: name, method: "m", baseDigest: other,
        baseConfiguration: model.declared, tokenizerDigest: other, promptDigest: other, to: inner)
    }
    #expect(!FileManager.default.fileExists(atPath: inner.path))
  }

  @Test(arguments: ["a", "agnews", "A-1_b.2", String(repeating: "x", count: 128)])
  func safeName(name: String) { #expect(ExpertArchive.isSafe(name)) }
}
