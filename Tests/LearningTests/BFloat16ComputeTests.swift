import Decoder
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Learning

/// Does learning with products of bfloat16 do nearly what it does in float32, for every method?
@Suite struct BFloat16ComputeTests {
  @Test(arguments: TinyTasks.methods)
  func lossesAndGradientsAreClose(method: String) throws {
    try expectClose(PlannedTraining(method, .bfloat16), PlannedTraining(method, .float32), method)
  }

  /// A base that was pretrained, at all of its layers.
  @Test(arguments: ["sequential", "moe-cl", "accrete"])
  func gradientsOnARealBase(method: String) throws {
    try expectClose(
      PlannedTraining(method, .bfloat16, epochs: 1, base: ShallowBase.seedling),
      PlannedTraining(method, .float32, epochs: 1, base: ShallowBase.seedling), method)
  }

  @Test func sameBitsEveryTime() throws {
    let (one, other) = (
      try PlannedTraining("moe-cl", .bfloat16, epochs: 1), try PlannedTraining("moe-cl", .bfloat16, epochs: 1)
    )
    #expect(try one.firstGradients.isEqual(to: other.firstGradients) && one.finalLoss == other.finalLoss)
  }

  private func expectClose(_ rounded: PlannedTraining, _ exact: PlannedTraining, _ method: String) throws {
    #expect(abs(rounded.firstLoss - exact.firstLoss) < 0.01 * abs(exact.firstLoss))
    let cosine = try rounded.cosine(to: exact)
    #expect(cosine >= 0.999, "cosine \(cosine)")
    #expect(try !exact.firstGradients.isEqual(to: rounded.firstGradients))
    #expect(
      abs(rounded.finalLoss - exact.finalLoss) < 0.01 * exact.finalLoss,
      "\(method): final loss \(rounded.finalLoss), in float32 \(exact.finalLoss)")
  }
}
