import Foundation
import TestSupport
import Testing
import Torch

@testable import Decoder

/// Does a rehearsed device pass the check, and does a wrong result fail it?
@Suite struct DeviceSelfCheckTests {
  init() throws { try TorchRuntime.setThreads(1) }

  @Test(arguments: Rehearsal.allCases)
  func onTheCPU(rehearsal: Rehearsal) throws {
    let results = asDevice(rehearsal) { DeviceSelfCheck.run(on: .cpu) }
    #expect(results.count == 6)
    for result in results { #expect(result.isWithin && result.problem == nil, "\(result)") }
    // What is the same kernel has no difference.
    let own = DeviceSelfCheck.run(on: .cpu).filter { $0.type == .float32 }
    #expect(own.allSatisfy { $0.error == 0 })
  }

  @Test func differences() throws {
    let one = try Tensor([1, 2, 4] as [Float])
    #expect(try DeviceSelfCheck.difference(one, one) == 0)
    #expect(try abs(DeviceSelfCheck.difference(Tensor([1, 2, 5] as [Float]), one) - 0.25) < 1e-9)
    #expect(try DeviceSelfCheck.difference(Tensor([1, .nan, 4] as [Float]), one) == .infinity)
    #expect(try DeviceSelfCheck.difference(Tensor([1, 2] as [Float]), one) == .infinity)
  }

  /// Every operator of the list is in the loaded libtorch; what only a GPU has needs no kernel of the CPU.
  @Test func operators() {
    let operators = ComputePlan.operators
    #expect(operators.filter(\.isNeeded).count == 6)
    for one in operators { #expect(!one.isMissing(on: .cpu), "\(one.name)") }
    let flash = operators.first { $0.name == "aten::_flash_attention_forward" }
    #expect(flash?.arguments ?? 0 >= 15)
    if !TorchRuntime.isCUDABuild { #expect(operators.allSatisfy { $0.isMissing(on: .cuda()) }) }
  }
}
