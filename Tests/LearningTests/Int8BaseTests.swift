import Decoder
import Foundation
import ModelConfiguration
import Records
import Testing
import Torch

@testable import Learning

/// Does learning on an int8 base do nearly what it does on the exact one?
@Suite struct Int8BaseTests {
  private func step(_ method: String, _ precision: WeightMatrix.Precision) throws -> SecondTask.Step {
    let model = try DecoderModel(folder: Goldens.folder.appendingPathComponent("tiny"), precision: precision)
    return try SecondTask(method, model, options: options(clip: 0)).step()
  }

  @Test(arguments: ["sequential", "moe-cl"])
  func lossesAndGradientsAreClose(method: String) throws {
    let (exact, rounded) = (try step(method, .float32), try step(method, .int8))
    for (term, value) in exact.report.terms {
      let other = try #require(rounded.report.terms[term])
      #expect(abs(other - value) < 0.02 * max(abs(value), 0.1), "\(term): \(other), not \(value)")
    }
    // The direction of the whole gradient.
    let cosine = try rounded.gradients.cosine(to: exact.gradients)
    #expect(cosine > 0.99, "cosine \(cosine)")
    #expect(try !exact.gradients.isEqual(to: rounded.gradients))
  }

  @Test func sameBitsEveryTime() throws {
    #expect(try step("moe-cl", .int8).gradients.isEqual(to: step("moe-cl", .int8).gradients))
  }
}
