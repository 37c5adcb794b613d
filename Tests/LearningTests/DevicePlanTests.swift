import Decoder
import Foundation
import ModelConfiguration
import Records
import TestSupport
import Testing
import Torch

@testable import Learning

/// Does learning as a GPU computes it, here on the CPU's tensors, do nearly what the CPU's kernels do in float32, for every method?
@Suite struct DevicePlanTests {
  @Test(arguments: TinyTasks.methods)
  func lossesAndGradientsAreClose(method: String) throws {
    let exact = try PlannedTraining(method, .float32)
    let (rounded, plain) = try Kernels.rehearsingDevice(true) {
      (try PlannedTraining(method, .bfloat16), try PlannedTraining(method, .float32, epochs: 1))
    }
    try expectClose(rounded, exact, method, cosine: 0.999)
    #expect(try plain.cosine(to: exact) > 0.999_99, "\(method), in float32")
    #expect(try !plain.firstGradients.isEqual(to: exact.firstGradients), "another plan, the same bits")
    #expect(abs(plain.firstLoss - exact.firstLoss) < 1e-4 * abs(exact.firstLoss))
  }

  /// The kernels of a GPU, emulated, in whole passes: with dropout, an adversary, one and two experts.
  @Test(arguments: ["sequential", "moe-cl"], [ComputePrecision.float32, .bfloat16])
  func kernelsInTraining(method: String, compute: ComputePrecision) throws {
    func training() throws -> PlannedTraining { try PlannedTraining(method, compute, epochs: 1, dropout: 0.1) }
    let composed = try asDevice { try training() }
    let (emulated, traffic) = try HostTraffic.counted { try asDevice(.emulatedKernels) { try training() } }
    #expect(traffic.launches > 100)
    #expect(try emulated.cosine(to: composed) > (compute == .float32 ? 0.999_99 : 0.999))
    #expect(abs(emulated.finalLoss - composed.finalLoss) < 0.01 * composed.finalLoss)
  }

  /// A base that was pretrained, at all of its layers, with dropout.
  @Test(arguments: ["sequential", "moe-cl", "accrete"])
  func onARealBase(method: String) throws {
    func training(_ compute: ComputePrecision) throws -> PlannedTraining {
      try PlannedTraining(method, compute, epochs: 1, base: ShallowBase.seedling, dropout: 0.1)
    }
    let exact = try training(.float32)
    let rounded = try Kernels.rehearsingDevice(true) { try training(.bfloat16) }
    try expectClose(rounded, exact, method, cosine: 0.999)
  }

  @Test(arguments: Rehearsal.allCases)
  func sameBitsEveryTime(rehearsal: Rehearsal) throws {
    try asDevice(rehearsal) {
      let (one, other) = (
        try PlannedTraining("moe-cl", .bfloat16, epochs: 1, dropout: 0.1),
        try PlannedTraining("moe-cl", .bfloat16, epochs: 1, dropout: 0.1)
      )
      #expect(try one.firstGradients.isEqual(to: other.firstGradients) && one.finalLoss == other.finalLoss)
    }
  }

  /// A device's bfloat16 copies of factors are those of the step, not of the one before: a training that is taken over by another object,
  /// which has no copies yet, goes on with the same bits.
  @Test(arguments: ["sequential", "moe-cl"])
  func aStepComputesWithItsOwnValues(method: String) throws {
    try asDevice {
      let model = try DecoderModel(folder: Goldens.folder.appendingPathComponent("tiny"), precision: .bfloat16)
        .computing(in: .bfloat16)
      func training() throws -> TaskTraining {
        try SecondTask(method, model, options: options(rate: 0.05, epochs: 2)).training
      }
      let (one, other) = (try training(), try training())
      _ = try one.step()
      let before = try one.parameters.gradients.cloned()
      try withoutGradients { try other.parameters.values.copyInPlace(from: one.parameters.values) }
      try other.restore(one.state())
      _ = try one.step()
      _ = try other.step()
      #expect(try one.parameters.gradients.isEqual(to: other.parameters.gradients))
      #expect(try one.parameters.values.isEqual(to: other.parameters.values))
      #expect(try !one.parameters.gradients.isEqual(to: before))
    }
  }

  private func expectClose(_ rounded: PlannedTraining, _ exact: PlannedTraining, _ method: String, cosine: Double)
    throws
  {
    #expect(abs(rounded.firstLoss - exact.firstLoss) < 0.01 * abs(exact.firstLoss), "\(method)")
    let direction = try rounded.cosine(to: exact)
    #expect(direction >= cosine, "\(method): cosine \(direction)")
    #expect(
      abs(rounded.finalLoss - exact.finalLoss) < 0.01 * exact.finalLoss,
      "\(method): final loss \(rounded.finalLoss), by the CPU's kernels in float32 \(exact.finalLoss)")
  }
}
