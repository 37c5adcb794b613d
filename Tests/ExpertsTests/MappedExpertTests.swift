import Decoder
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Experts

/// Is an expert used where its file is mapped, with the bits of one that was widened as it was read?
@Suite struct MappedExpertTests {
  private let model: DecoderModel
  private let rows = [Array(1..<40), [5], Array(50..<90), [7, 8, 9]]

  init() throws { model = try Goldens.model() }

  /// What was written, in float32, and what is read of the file.
  private func expert(_ rank: Int, in scratch: Scratch) throws -> (written: LowRankExpert, read: LowRankExpert) {
    let shape = try LowRankShape(rank: rank, alpha: 6, dropout: 0, projections: Projection.allCases)
    let rounded = try randomExpert(shape, on: model.configuration, seed: UInt64(rank)).rounded()
    let url = scratch.url("adapter_model.safetensors")
    try rounded.writeAdapter(to: url)
    let file = try SafetensorsFile(url)
    return (try rounded.widened(), try LowRankExpert(adapter: file, shape: shape, for: model.configuration))
  }

  @Test(arguments: [1, 4, 8, 16, 64]) func inference(rank: Int) throws {
    let (written, read) = try expert(rank, in: Scratch())
    #expect(read.mappedBytes == read.bytes && 2 * read.bytes == written.bytes && written.mappedBytes == 0)
    let (one, other) = (PreparedExpert(read), PreparedExpert(written))
    for sliced in [true, false] {
      let got = try model.inferredLogits(rows, experts: [one, nil, one, one], sliced: sliced)
      let expected = try model.inferredLogits(rows, experts: [other, nil, other, other], sliced: sliced)
      for (a, b) in zip(got, expected) { #expect(try a.rawBytes() == b.rawBytes()) }
    }
    // Nothing of it is anywhere else; of float32, B is there a second time, unless it is a vector.
    #expect(one.madeBytes == 0)
    #expect(rank == 1 ? other.madeBytes == 0 : other.madeBytes > written.bytes / 4)
  }

  /// Passes of scoring widen it when the first of them comes; what writes does not.
  @Test func scoringWidensItOnce() throws {
    let (written, read) = try expert(4, in: Scratch())
    let selection = LowRankSelection(read)
    _ = try selection.inferenceExpert()
    #expect(selection.madeBytes == 0)
    let (got, expected) = (
      try model.logits(rows, experts: selection), try model.logits(rows, experts: LowRankSelection(written))
    )
    for (a, b) in zip(got, expected) { #expect(try a.rawBytes() == b.rawBytes()) }
    let made = selection.madeBytes
    #expect(made >= 2 * read.bytes)
    _ = try model.logits(rows, experts: selection)
    #expect(selection.madeBytes == made)
    // Those of other threads share it.
    let copy = try #require(selection.copies?() as? LowRankSelection)
    #expect(copy.madeBytes == 2 * read.bytes)
    // What is in float32 is used as it is.
    let plain = LowRankSelection(written)
    _ = try model.inferredLogits(rows, experts: rows.map { _ in try plain.inferenceExpert() })
    #expect(plain.madeBytes == 0)
  }

  /// Files in float32 are used where they are, too; float16 is widened.
  @Test(arguments: [DType.float32, .float16]) func otherTypes(type: DType) throws {
    let scratch = try Scratch()
    let shape = try LowRankShape(rank: 3, alpha: 6, dropout: 0)
    let random = try randomExpert(shape, on: model.configuration, seed: 1)
    let url = scratch.url("adapter_model.safetensors")
    try SafetensorsFile.write(random.peftTensors.mapValues { try $0.converted(to: type) }, to: url)
    let read = try LowRankExpert(adapter: SafetensorsFile(url), shape: shape, for: model.configuration)
    #expect(read.tensors.values.allSatisfy { $0.dtype == .float32 })
    #expect(read.mappedBytes == (type == .float32 ? read.bytes : 0))
    #expect(try read.tensors.allSatisfy { try difference($1, #require(random.tensors[$0])) < 1e-3 })
  }
}
