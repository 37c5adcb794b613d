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
    try Kernels.rehearsingDevice(false) { #expect(try chosen(weights) == .float32) }
  }

  /// A GPU takes what its products and its attention are made for, whatever the size.
  @Test(arguments: Rehearsal.allCases) func aGPUTakesBFloat16(rehearsal: Rehearsal) throws {
    try asDevice(rehearsal) {
      for weights in [WeightPrecision.bfloat16, .int8, .fp8, .nf4] {
        #expect(try chosen(weights) == .bfloat16, "\(weights)")
      }
      #expect(try chosen(.float32) == .float32)
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
