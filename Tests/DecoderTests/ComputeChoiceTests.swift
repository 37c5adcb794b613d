import Decoder
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

/// What does `--compute auto` compute in?
@Suite struct ComputeChoiceTests {
  private func chosen(_ weights: WeightPrecision) throws -> ComputePrecision {
    try TorchRuntime.setThreads(1)
    return try DecoderModel(folder: Goldens.folder.appendingPathComponent("tiny"), precision: weights)
      .computing(.auto, named: "b").compute
  }

  /// A processor gains little on a small model: it stays exact.
  @Test(arguments: [WeightPrecision.float32, .bfloat16, .int8, .fp8, .nf4])
  func aProcessorComputesSmallModelsInFloat32(weights: WeightPrecision) throws {
    let compute = try Kernels.rehearsingDevice(false) { try chosen(weights) }
    #expect(compute == .float32)
  }

  /// A GPU takes what its products and its attention are made for, whatever the size.
  @Test(arguments: Rehearsal.allCases) func aGPUTakesBFloat16(rehearsal: Rehearsal) throws {
    for weights in [WeightPrecision.float32, .bfloat16, .int8, .fp8, .nf4] {
      let compute = try asDevice(rehearsal) { try chosen(weights) }
      #expect(compute == (weights == .float32 ? .float32 : .bfloat16), "\(weights)")
    }
  }

  /// Who computes norms and blocks, for people: on a CPU not what stands in for a GPU's kernels.
  @Test func whoComputesIsSaid() {
    let own = "our kernels (\(InstructionSet.current.rawValue))"
    Kernels.rehearsingDevice(false) { #expect(DeviceOperations.description(on: .cpu) == own) }
    asDevice { #expect(DeviceOperations.description(on: .cpu) == "single operations of libtorch") }
    asDevice(.emulatedKernels) { #expect(DeviceOperations.description(on: .cpu) == "our kernels for sm_90a") }
    #expect(DeviceOperations.description(on: .cpu, rehearsed: false) == own)
    let plan = ComputePlan(device: .cpu, weights: .bfloat16, compute: .bfloat16, rehearsesDevice: false)
    #expect(plan.entries.contains { $0.how == own })
  }
}
