import Decoder
import TestSupport
import Testing
import Torch

@testable import Experts

/// Does a plain LoRA compute `W x + (α / r) B A x`, where it is meant to?
@Suite struct LowRankTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  @Test func onePairByHand() throws {
    let pair = LowRankPair(
      a: try Tensor([1, 2] as [Float], shape: [1, 2]), b: try Tensor([10, 100, 1000] as [Float], shape: [3, 1]),
      scaling: 0.5)
    let x = try Tensor([1, 1, 2, 0] as [Float], shape: [2, 2])
    let product = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    #expect(try pair.added(to: product, input: x).sum.floats() == [16, 152, 1503, 14, 105, 1006])
    #expect(try pair.reduced(x).floats() == [3, 2])
  }

  @Test func logitsOfTheGolden() throws {
    let selection = LowRankSelection(try Goldens.expert("lora", model.configuration))
    let golden = try Goldens.tensors().tensor("logits.lora")
    for (row, logits) in try model.logits(Goldens.rows(), experts: selection).enumerated() {
      let expected = try golden.selected(0, row).narrowed(0, from: 0, count: logits.shape[0])
      #expect(try difference(logits, expected) < 1e-4, "row \(row)")
    }
  }

  @Test func aNewExpertIsTheBase() throws {
    let rows = try Goldens.rows()
    let base = try model.logits(rows, experts: nil)
    let selection = LowRankSelection(try model.newExpert(Goldens.shape()))
    for (fresh, expected) in try zip(model.logits(rows, experts: selection), base) {
      #expect(try difference(fresh, expected) < 1e-5)
    }
  }

  @Test(arguments: Projection.allCases)
  func everyProjectionCanHaveAPair(projection: Projection) throws {
    let shape = try LowRankShape(rank: 2, alpha: 2, dropout: 0, projections: [projection])
    let expert = try model.newExpert(shape)
    #expect(expert.tensors.keys.sorted().first == "layers.0.\(projection.rawValue).A")
    #expect(expert.tensors.count == 4)
    for pair in expert.pairs.compactMap({ $0[projection] }) { try pair.b.fillInPlace(0.1) }
    let with = try model.logits([[1, 2, 3]], experts: LowRankSelection(expert))
    let without = try model.logits([[1, 2, 3]], experts: nil)
    #expect(try difference(with[0], without[0]) > 1e-4)
  }

  /// A merged weight W + s B A does the same as the pair beside it.
  @Test func aPairEqualsTheMergedWeight() throws {
    let expert = try Goldens.expert("lora", model.configuration)
    let block = try #require(model.layers[0].feedForward.common)
    func merged(_ weight: WeightMatrix, _ projection: Projection) throws -> Tensor {
      let pair = try #require(expert.pairs[0][projection])
      return try weight.dequantized().adding(pair.b.matmul(pair.a), times: 2)
    }
    let z = try Tensor(uninitialized: [10, 32])
    try Generator(seed: 1).fillNormal(z, deviation: 1)
    let gate = try z.linear(merged(block.gate, .gate)).silu()
    let expected = try (gate * z.linear(merged(block.up, .up))).linear(merged(block.down, .down))
    let got = try block.forward(z, experts: LowRankSelection(expert), layer: 0).value
    #expect(try difference(got, expected) < 1e-5)
  }

  @Test func initialValues() throws {
    let expert = try model.newExpert(Goldens.shape())
    for (name, tensor) in expert.tensors {
      let values = try tensor.floats()
      if name.hasSuffix("B") {
        #expect(values.allSatisfy { $0 == 0 }, "\(name)")
      } else {
        let bound = 1 / Float(tensor.shape[1]).squareRoot()
        #expect(values.allSatisfy { -bound <= $0 && $0 < bound }, "\(name)")
        #expect(values.contains { abs($0) > 0.9 * bound }, "\(name)")
      }
    }
    // Each tensor has a stream of its own.
    let digests = try Set(expert.tensors.filter { $0.key.hasSuffix("A") }.map { try $0.value.digest() })
    #expect(digests.count == 6)
  }

  @Test func dropoutChangesTrainingOnly() throws {
    let expert = try Goldens.expert("lora", model.configuration)
    func logits(_ seed: UInt64) throws -> Tensor {
      let dropout = Dropout(0.5, from: DropoutStream(seed: seed))
      return try model.logits([[5, 6, 7]], experts: LowRankSelection(expert, dropout: dropout))[0]
    }
    #expect(try logits(1).isEqual(to: logits(1)))
    #expect(try !logits(1).isEqual(to: logits(2)))
    #expect(Dropout(0, from: DropoutStream(seed: 1)) == nil)
  }

  @Test func storedTensorsAreChecked() throws {
    let base = model.configuration
    let good = try Goldens.expert("lora", base).tensors
    var missing = good
    missing["layers.1.up_proj.B"] = nil
    #expect(throws: ExpertError.missingTensor(where: "here", name: "layers.1.up_proj.B")) {
      try LowRankExpert(Goldens.shape(), for: base, tensors: missing, where: "here")
    }
    var misshapen = good
    misshapen["layers.0.down_proj.A"] = try Tensor.zeros([4, 32])
    #expect(
      throws: ExpertError.shapeDiffers(where: "here", name: "layers.0.down_proj.A", expected: [4, 48], got: [4, 32])
    ) { try LowRankExpert(Goldens.shape(), for: base, tensors: misshapen, where: "here") }
    #expect(throws: ExpertError.self) {
      try LowRankExpert(LowRankShape(rank: 8), for: base, tensors: good, where: "here")
    }
  }

  @Test func shapesAreChecked() throws {
    #expect(try LowRankShape(rank: 8, alpha: 16).scaling == 2)
    for rank in [0, -1, 4097] {
      #expect(throws: ExpertError.invalidHyperparameter(name: "rank", value: "\(rank)", allowed: "1 to 4096")) {
        try LowRankShape(rank: rank)
      }
    }
    for alpha in [0, -1, .infinity, .nan, 1e300, 1e40] {
      #expect(throws: ExpertError.self) { try LowRankShape(alpha: alpha) }
    }
    for rate in [-0.1, 1, .nan] { #expect(throws: ExpertError.self) { try LowRankShape(dropout: rate) } }
    #expect(throws: ExpertError.self) { try LowRankShape(projections: []) }
  }
}
