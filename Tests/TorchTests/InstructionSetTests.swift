import Foundation
import Synchronization
import Testing

@testable import Torch

/// Which bits are the same with every instruction set, and is the one in use the one that was asked for?
@Suite struct InstructionSetTests {
  private static func outcomes(_ call: KernelCall) throws -> [(set: InstructionSet, values: [Float])] {
    try InstructionSet.available.map { set in
      let values = set.use {
        let memory = KernelMemory()
        return call.run(memory)
      }
      try #require(values.count > 0 && values.allSatisfy(\.isFinite), "\(call.name) with \(set): \(values.prefix(20))")
      return (set, values)
    }
  }

  /// docs/protocol.md, "Processors": no product is added to anything in these, so that there is nothing to round differently.
  @Test(arguments: KernelCall.all.filter(\.isSameEverywhere))
  func sameBitsWithEverySet(call: KernelCall) throws {
    let all = try Self.outcomes(call)
    for other in all.dropFirst() {
      #expect(other.values.map(\.bitPattern) == all[0].values.map(\.bitPattern), "\(other.set), not \(all[0].set)")
    }
  }

  /// Both have fused multiply-add, and the order of sums is that of the source.
  @Test(
    .enabled(if: InstructionSet.available.contains(.avx512), "this processor has no AVX-512"),
    arguments: KernelCall.all)
  func avx512HasTheBitsOfAVX2(call: KernelCall) throws {
    let bits = try Dictionary(uniqueKeysWithValues: Self.outcomes(call).map { ($0.set, $0.values.map(\.bitPattern)) })
    #expect(bits[.avx512] == bits[.avx2])
  }

  @Test(arguments: KernelCall.all)
  func setsDifferByRoundingAlone(call: KernelCall) throws {
    let all = try Self.outcomes(call)
    for other in all.dropFirst() {
      let distance = zip(other.values, all[0].values).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
      #expect(distance < call.tolerance, "\(other.set), not \(all[0].set): \(distance)")
    }
  }

  /// What `Scripts/test_instruction_sets` asks for arrives at our kernels and at libtorch's.
  @Test func theSetIsTheOneThatWasAskedFor() throws {
    let environment = ProcessInfo.processInfo.environment
    #expect(InstructionSet.problem == nil)
    #expect(InstructionSet.current.rawValue == environment["ACCRETE_ISA"] ?? InstructionSet.available.last?.rawValue)
    if let capability = environment["ATEN_CPU_CAPABILITY"] {
      #expect(TorchRuntime.buildDescription.contains("CPU capability usage: \(capability.uppercased())\n"))
    }
  }

  @Test func aSetIsUsedByOneThreadOnly() {
    let usual = InstructionSet.current
    let seen = Mutex<InstructionSet?>(nil)
    InstructionSet.plain.use {
      #expect(InstructionSet.current == .plain)
      let finished = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        seen.withLock { $0 = InstructionSet.current }
        finished.signal()
      }
      finished.wait()
    }
    #expect(seen.withLock { $0 } == usual && InstructionSet.current == usual)
  }
}
