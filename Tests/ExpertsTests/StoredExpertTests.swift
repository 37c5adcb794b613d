import Decoder
import Files
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Experts

/// Is a stored expert opened only on its base, and only as it was stored?
@Suite struct StoredExpertTests {
  let model: DecoderModel
  let scratch: Scratch
  private let other = Digest(of: Data("other".utf8))

  init() throws {
    model = try Goldens.model()
    scratch = try Scratch()
  }

  private var folder: URL { scratch.url("task") }

  @discardableResult
  private func write(method: String = "sequential") throws -> ExpertArchive {
    try ExpertArchive.write(
      Goldens.expert("lora", model.configuration), name: "task", method: method, baseDigest: model.digest,
      baseConfiguration: model.declared, tokenizerDigest: other, promptDigest: nil, to: folder)
  }

  /// Changes `expert.json` and computes its digest again, as somebody would who means to.
  private func edit(_ change: (inout [String: Any]) -> Void) throws {
    let url = folder.appendingPathComponent("expert.json")
    var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    change(&object)
    object["digest"] = SealedJSON.blank.description
    try SealedJSON.sealed(JSONSerialization.data(withJSONObject: object)).write(to: url)
  }

  @Test func whatWasStoredIsOpened() throws {
    let archive = try write()
    let opened = try StoredExpert(folder, for: StoredExpert.Base(model))
    #expect(opened.archive == archive && archive.promptDigest == nil)
    let original = try Goldens.expert("lora", model.configuration)
    for (name, tensor) in original.tensors {
      #expect(try opened.expert.tensors[name]?.isEqual(to: tensor) == true, "\(name)")
    }
    #expect(opened.expert.shape.scaling == original.shape.scaling)
    let adapter = try StoredExpert(Adapters.folder("rslora"), for: StoredExpert.Base(model))
    #expect(adapter.archive == nil && adapter.expert.shape.rank == 6)
  }

  @Test func anotherBaseIsRefused() throws {
    try write()
    let base = StoredExpert.Base(model.configuration, digest: other, tokenizerDigest: nil)
    #expect(
      throws: ExpertError.otherBase(
        expert: "task", expected: model.digest.description, got: other.description)
    ) { try StoredExpert(folder, for: base) }
    let tokenizer = StoredExpert.Base(model.configuration, digest: model.digest, tokenizerDigest: model.digest)
    #expect(
      throws: ExpertError.otherTokenizer(
        expert: "task", expected: other.description, got: model.digest.description)
    ) { try StoredExpert(folder, for: tokenizer) }
  }

  @Test func halfOfAMixtureIsRefused() throws {
    try write(method: "moe-cl")
    #expect(throws: ExpertError.partOfDualExpert(expert: "task")) {
      try StoredExpert(folder, for: StoredExpert.Base(model))
    }
  }

  @Test func changedTensorsAreRefused() throws {
    try write()
    let url = folder.appendingPathComponent("adapter_model.safetensors")
    var data = try Data(contentsOf: url)
    data[data.count - 1] ^= 1
    try data.write(to: url)
    #expect(throws: ExpertError.self) { try StoredExpert(folder, for: StoredExpert.Base(model)) }
    try FileManager.default.removeItem(at: url)
    #expect(throws: FileError.notFound(path: url.path)) { try StoredExpert(folder, for: StoredExpert.Base(model)) }
  }

  @Test func aChangedConfigurationIsRefused() throws {
    try write()
    try Adapters.edit(folder, ["lora_alpha": "16"])
    do {
      _ = try StoredExpert(folder, for: StoredExpert.Base(model))
      Issue.record("it was opened")
    } catch ExpertError.configurationDiffers(let location, let expected, let got) {
      #expect(location == folder.path && expected != got && expected.hasPrefix("sha256:"))
    }
  }

  /// The same strength in both files: each is bound, so that no agreement between them helps.
  @Test func aStrengthChangedInBothFilesIsRefused() throws {
    try write()
    try Adapters.edit(folder, ["lora_alpha": "16"])
    let file = folder.appendingPathComponent("expert.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains("\"alpha\" : 8"))
    try Data(text.replacing("\"alpha\" : 8", with: "\"alpha\" : 16").utf8).write(to: file)
    #expect(throws: FileError.self) { try StoredExpert(folder, for: StoredExpert.Base(model)) }
    #expect(throws: FileError.self) { try ExpertArchive.read(folder) }
  }

  /// Not one byte of `expert.json` may be another.
  @Test func everyByteOfTheArchiveCounts() throws {
    try write()
    let file = folder.appendingPathComponent("expert.json")
    let whole = try Data(contentsOf: file)
    for offset in whole.indices {
      var bytes = whole
      bytes[offset] ^= 1
      try bytes.write(to: file)
      #expect(throws: (any Error).self, "byte \(offset)") { try ExpertArchive.read(folder) }
    }
    try whole.write(to: file)
    #expect(throws: Never.self) { try ExpertArchive.read(folder) }
  }

  @Test func anArchiveOfAnEarlierVersionSaysSo() throws {
    try write()
    let file = folder.appendingPathComponent("expert.json")
    var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    for key in ["digest", "configurationDigest", "baseConfiguration"] { object[key] = nil }
    try JSONSerialization.data(withJSONObject: object).write(to: file)
    #expect(throws: ExpertError.unsealed(folder: folder.path)) { try ExpertArchive.read(folder) }
  }

  /// The same weights under another `config.json`: refused with the key, by whoever opens the expert.
  @Test func aBaseOfAnotherConfigurationIsRefused() throws {
    try write()
    func refusal(_ change: (inout DecoderConfiguration) -> Void) -> ExpertError? {
      var configuration = model.declared
      change(&configuration)
      let base = StoredExpert.Base(configuration, digest: model.digest, tokenizerDigest: nil)
      return #expect(throws: ExpertError.self) { try StoredExpert(folder, for: base) }
    }
    let changes: [(String, (inout DecoderConfiguration) -> Void)] = [
      ("rope_theta", { $0.ropeTheta = 500_000 }), ("rms_norm_eps", { $0.normEpsilon = 1e-6 }),
      ("num_attention_heads", { ($0.heads, $0.headDim) = (2, 16) }),
      ("rope_scaling.linear.factor", { $0.ropeScaling = .linear(factor: 2) }),
      ("eos_token_id[0]", { $0.endTokens = [2] }),
    ]
    for (key, change) in changes {
      guard case .otherConfiguration("task", let found, let expected, let got) = refusal(change) else {
        Issue.record("\(key): \(String(describing: refusal(change)))")
        continue
      }
      #expect(found.contains(key) && expected != got, "\(found)")
    }
  }

  @Test(arguments: [
    ("name", "../escape"), ("name", "a\nb"), ("name", ""), ("method", "x\u{1B}[31m"), ("baseDigest", "sha256:12"),
    ("tensorsDigest", ""), ("promptDigest", "md5:1"), ("name", nil), ("shape", nil), ("bytes", nil),
  ])
  func anArchiveThatIsNone(key: String, value: String?) throws {
    try write()
    try edit { $0[key] = value }
    #expect(throws: FileError.self) { try ExpertArchive.read(folder) }
  }

  @Test func impossibleNumbersAreRefused() throws {
    try write()
    for (rank, alpha) in [(0, 8.0), (1 << 40, 8), (4, -1)] {
      try edit { $0["shape"] = ["rank": rank, "alpha": alpha, "dropout": 0, "projections": ["up_proj"]] }
      #expect(throws: FileError.self) { try ExpertArchive.read(folder) }
    }
    try write()
    try edit { $0["bytes"] = -1 }
    #expect(throws: FileError.self) { try ExpertArchive.read(folder) }
  }

  @Test func aLinkOutOfTheFolderIsRefused() throws {
    try write()
    let file = folder.appendingPathComponent("expert.json")
    try FileManager.default.moveItem(at: file, to: scratch.url("elsewhere.json"))
    try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "../elsewhere.json")
    #expect(
      throws: FileError.linkLeadsOut(
        path: file.path, target: scratch.url("elsewhere.json").resolvingSymlinksInPath().path)
    ) { try ExpertArchive.read(folder) }
  }

  @Test func aFolderWithoutAnArchive() throws {
    #expect(throws: ExpertError.notAnArchive(folder: scratch.url.path)) { try ExpertArchive.read(scratch.url) }
  }
}
