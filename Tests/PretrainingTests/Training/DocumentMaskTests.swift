import Foundation
import Testing
import Torch

@testable import Decoder
@testable import ModelConfiguration
@testable import Pretraining

/// Documents that do not see each other, beside transformers with a mask of its own (Scripts/reference/pretraining/document_mask.py).
@Suite struct DocumentMaskTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let sums: [Double]
      let gradientNorms: [String: Double]
    }
    let end: Int
    let windows: [[Int]]
    let cases: [String: Case]
  }

  private static func golden() throws -> Golden {
    try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: Goldens.folder.appendingPathComponent("pretraining/document-mask.json")))
  }

  @Test(arguments: ["dense-llama", "dense-qwen3"])
  func lossesAndGradients(name: String) throws {
    try TorchRuntime.setThreads(1)
    let golden = try Self.golden()
    let expected = try #require(golden.cases[name])
    let folder = Goldens.folder.appendingPathComponent("pretraining/\(name)")
    let decoder = try TrainableDecoder(DecoderConfiguration(folder: folder), from: folder, seed: 0)
    let flat = try FlatParameters(decoder.weights.map { .init(name: $0.name, tensor: $0.tensor) })
    for (window, sum) in zip(golden.windows, expected.sums) {
      let batch = try NextTokenBatch([window], documentEnd: golden.end, on: .cpu)
      #expect(abs(try decoder.model.nextTokenLoss(batch.tokens, targets: batch.targets) - sum) < 2e-4)
    }
    // All windows at once: rows of very different lengths.
    let batch = try NextTokenBatch(golden.windows, documentEnd: golden.end, on: .cpu)
    let targets = golden.windows.reduce(0) { $0 + $1.count - 1 }
    #expect(batch.tokens.tokens == targets && batch.tokens.sequenceCount > golden.windows.count)
    let sum = try decoder.model.pretrainingPass(
      batch.tokens, targets: batch.targets, scale: 1 / Double(targets), routing: nil)
    #expect(abs(sum - expected.sums.reduce(0, +)) < 1e-3)
    for (weight, gradient) in try flat.gradientsByName() {
      let norm = try #require(expected.gradientNorms[weight])
      #expect(abs(try gradient.norm().item() - norm) < 2e-5 * max(1, norm), "\(weight)")
    }
    // Without the option a window is one text.
    let plain = try NextTokenBatch(golden.windows, on: .cpu)
    #expect(plain.tokens.sequenceCount == golden.windows.count)
    #expect(abs(try decoder.model.nextTokenLoss(plain.tokens, targets: plain.targets) - sum) > 0.1)
  }

  @Test func documentsOfAWindow() {
    func cut(_ window: [Int]) -> [[Int]] { NextTokenBatch.documents(of: window, end: 0) }
    #expect(cut([1, 2, 0, 3, 0, 0, 4]) == [[1, 2, 0], [3, 0], [0], [4]])
    #expect(cut([0, 1, 0]) == [[0], [1, 0]] && cut([1]) == [[1]] && cut([]).isEmpty)
  }
}
