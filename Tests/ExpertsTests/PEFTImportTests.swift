import Decoder
import Files
import Foundation
import TestSupport
import Testing
import Torch

@testable import Experts

/// Does an adapter that PEFT wrote compute here what it computes there?
@Suite struct PEFTImportTests {
  let model: DecoderModel
  let scratch: Scratch

  init() throws {
    model = try Goldens.model()
    scratch = try Scratch()
  }

  private func logits(_ expert: LowRankExpert) throws -> [Tensor] {
    try model.logits(Goldens.rows(), experts: LowRankSelection(expert))
  }

  @Test(arguments: Adapters.names) func logitsArePEFTs(name: String) throws {
    let expert = try LowRankExpert(peft: Adapters.folder(name), for: model.configuration)
    let golden = try Goldens.tensors("peft-logits").tensor(name)
    for (row, logits) in try logits(expert).enumerated() {
      let expected = try golden.selected(0, row).narrowed(0, from: 0, count: logits.shape[0])
      #expect(try difference(logits, expected) < 1e-4, "row \(row)")
    }
  }

  /// Folded into the base's matrices it computes the same; in 16 bits it says what that has taken.
  @Test(arguments: Adapters.names) func mergedIntoTheBase(name: String) throws {
    let expert = try LowRankExpert(peft: Adapters.folder(name), for: model.configuration)
    let (base, out) = (Goldens.folder.appendingPathComponent("tiny"), scratch.url("merged"))
    let exact = try MergedCheckpoint.write(expert, into: base, to: out, dtype: .float32)
    #expect(exact.matrices == expert.positions.count / 2 && exact.largestRounding == 0 && exact.dtype == "float32")
    let golden = try Goldens.tensors("peft-logits").tensor(name)
    for (row, logits) in try DecoderModel(folder: out).logits(Goldens.rows(), experts: nil).enumerated() {
      let expected = try golden.selected(0, row).narrowed(0, from: 0, count: logits.shape[0])
      #expect(try difference(logits, expected) < 1e-4, "row \(row)")
    }
    let rounded = try MergedCheckpoint.write(expert, into: base, to: scratch.url("half"), dtype: .bfloat16)
    #expect(rounded.largestRounding > 0 && rounded.dtype == "bfloat16")
    #expect(throws: FileError.self) { try MergedCheckpoint.write(expert, into: base, to: out) }
    // Its config.json says what the base's does, and what the weights are held in.
    func configuration(_ folder: URL) throws -> JSONTree {
      let file = folder.appendingPathComponent("config.json")
      return try JSONFile.decode(JSONTree.self, from: JSONFile.contents(of: file), path: file.path)
    }
    var expected = try configuration(base)
    expected[expected["torch_dtype"] == nil ? "dtype" : "torch_dtype"] = .text("bfloat16")
    #expect(try configuration(scratch.url("half")) == expected)
  }

  /// float16 ends at 65504: nothing infinite is written, in a matrix that the expert changes or in another tensor.
  @Test(arguments: ["model.layers.0.mlp.gate_proj.weight", "model.norm.weight"])
  func mergingNumbersThatTheTypeCannotHold(name: String) throws {
    let expert = try LowRankExpert(peft: Adapters.folder("all-projections"), for: model.configuration)
    let (base, out) = (scratch.url("base"), scratch.url("merged"))
    try FileManager.default.copyItem(at: Goldens.folder.appendingPathComponent("tiny"), to: base)
    let file = base.appendingPathComponent("model.safetensors")
    let source = try SafetensorsFile(file)
    let tensors = try Dictionary(uniqueKeysWithValues: source.names.map { ($0, try source.tensor($0).cloned()) })
    try #require(tensors[name]).fillInPlace(70_000)
    try SafetensorsFile.write(tensors, to: file)
    let error = ExpertError.weightTooLarge(file: file.path, name: name, type: .float16)
    #expect(throws: error) { try MergedCheckpoint.write(expert, into: base, to: out, dtype: .float16) }
    #expect("\(error)".contains("--dtype bfloat16 or float32"))
    #expect(!FileManager.default.fileExists(atPath: out.path))
    #expect(try MergedCheckpoint.write(expert, into: base, to: out, dtype: .bfloat16).dtype == "bfloat16")
  }

  @Test(arguments: Adapters.selections) func whereItPlugsInIsWhatPEFTSays(name: String) throws {
    let expert = try LowRankExpert(peft: Adapters.folder(name), for: model.configuration)
    let golden = try Goldens.tensors("peft-selections").tensor(name)
    for (row, logits) in try logits(expert).enumerated() {
      let expected = try golden.selected(0, row).narrowed(0, from: 0, count: logits.shape[0])
      #expect(try difference(logits, expected) < 1e-4, "row \(row)")
    }
  }

  @Test func shapes() throws {
    func shape(_ name: String) throws -> LowRankShape {
      try LowRankExpert(peft: Adapters.folder(name), for: model.configuration).shape
    }
    let stabilized = try shape("rslora")
    #expect(stabilized.rank == 6 && stabilized.projections == [.gate, .up, .down])
    #expect(abs(stabilized.scaling - 5 / 6.0.squareRoot()) < 1e-15)
    let all = try shape("all-projections")
    #expect(all == (try LowRankShape(rank: 3, alpha: 4, dropout: 0.1, projections: Projection.allCases)))
    #expect(try shape("half").projections == [.query, .value, .down])
  }

  /// What is exported is, byte for byte, what comes back when it is imported and exported again.
  @Test(arguments: Adapters.names) func theRoundTripIsTheSameBytes(name: String) throws {
    let digest = Digest(of: Data(name.utf8))
    var source = Adapters.folder(name)
    for round in ["first", "second"] {
      let expert = try LowRankExpert(peft: source, for: model.configuration)
      source = scratch.url(round)
      _ = try ExpertArchive.write(
        expert, name: "task", method: "peft", baseDigest: model.digest, baseConfiguration: model.declared,
        tokenizerDigest: digest, promptDigest: nil, to: source)
    }
    for file in ["adapter_model.safetensors", "adapter_config.json", "expert.json"] {
      let (one, other) = (scratch.url("first/\(file)"), scratch.url("second/\(file)"))
      #expect(try Data(contentsOf: one) == Data(contentsOf: other), "\(file)")
    }
    let (theirs, ours) = (try Adapters.tensors(Adapters.folder(name)), try Adapters.tensors(source))
    #expect(theirs.keys.sorted() == ours.keys.sorted())
    for (key, tensor) in theirs {
      #expect(try ours[key]?.isEqual(to: tensor.converted(to: .float32)) == true, "\(key)")
    }
  }

  @Test func adaptersNamesAndHalvesAreRead() throws {
    let expected = try logits(LowRankExpert(peft: Adapters.folder("half"), for: model.configuration))
    let folder = try Adapters.copy("half", in: scratch)
    let tensors = try Adapters.tensors(folder)
    // The values are few enough bits for each of the types.
    for type in [DType.float32, .bfloat16] {
      try Adapters.write(
        Dictionary(
          uniqueKeysWithValues: tensors.map {
            ($0.replacingOccurrences(of: ".weight", with: ".default.weight"), try $1.converted(to: type))
          }), to: folder)
      let got = try logits(LowRankExpert(peft: folder, for: model.configuration))
      for (a, b) in try paired(got, expected) { #expect(try a.isEqual(to: b)) }
    }
  }

  @Test(arguments: [
    "\"all-linear\"",
    "[\"q_proj\",\"k_proj\",\"v_proj\",\"o_proj\",\"gate_proj\",\"mlp.up_proj\",\"0.mlp.down_proj\",\"layers.1.mlp.down_proj\"]",
  ])
  func targetsInAllTheirSpellings(targets: String) throws {
    let folder = try Adapters.copy("all-projections", in: scratch)
    try Adapters.edit(folder, ["target_modules": targets])
    #expect(try LowRankExpert(peft: folder, for: model.configuration).shape.projections == Projection.allCases)
  }

  @Test func unknownKeysThatSayNothingAreAccepted() throws {
    let folder = try Adapters.copy(in: scratch)
    try Adapters.edit(
      folder,
      [
        "new_a": "null", "new_b": "false", "new_c": "[]", "new_d": "{}", "new_e": "\"\"", "task_type": "null",
        "init_lora_weights": "\"gaussian\"", "lora_dropout": nil, "bias": nil, "use_dora": nil,
      ])
    #expect(throws: Never.self) { try LowRankExpert(peft: folder, for: model.configuration) }
  }

  /// An expert may outlive the file that it came from.
  @Test func theFileMayGo() throws {
    let folder = try Adapters.copy(in: scratch)
    let expert = try LowRankExpert(peft: folder, for: model.configuration)
    let before = try logits(expert)
    let handle = try FileHandle(forWritingTo: folder.appendingPathComponent("adapter_model.safetensors"))
    try handle.truncate(atOffset: 0)
    for (a, b) in try paired(before, logits(expert)) { #expect(try a.isEqual(to: b)) }
  }
}
