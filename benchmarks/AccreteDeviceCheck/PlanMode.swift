import BenchmarkSupport
import Decoder
import Foundation
import ModelConfiguration
import Torch

/// What would compute what: the plan, the operators and whether they have kernels, the memory.
struct PlanMode {
  private struct Line: Encodable {
    let what: String
    let how: String
  }

  private struct Facts: Encodable {
    let libtorch: String
    let bridge: String
    let library: String?
    let device: String
    let kernels: String
    let compiled: DeviceKernels.Description?
    /// Why there are no kernels of ours.
    let problem: String?
    /// First use of the kernels: compiling and loading them.
    let secondsToKernels: Double
    let rehearsesDevice: Bool
    let plan: [Line]
    let operators: [PlanOperator]
    let missing: [String]
    let memory: MemoryFigures
  }

  let arguments: CommandWords
  let device: Device

  func run() throws {
    let compute: ComputePrecision = try arguments.compute(or: .bfloat16) == .float32 ? .float32 : .bfloat16
    var kernels = ""
    let seconds = Stopwatch.seconds { kernels = DeviceOperations.description(on: device) }
    let plan = ComputePlan(device: device, weights: .bfloat16, compute: compute)
    let operators = ComputePlan.operators
    try Answer.say(
      Facts(
        libtorch: TorchRuntime.version, bridge: TorchRuntime.bridgeVersion, library: TorchRuntime.library?.path,
        device: device.description, kernels: kernels, compiled: DeviceKernels.description(for: device),
        problem: DeviceKernels.problem(for: device),
        secondsToKernels: seconds, rehearsesDevice: Kernels.rehearsesDevice,
        plan: plan.entries.map { Line(what: $0.what, how: $0.how) }, operators: operators,
        missing: operators.filter { $0.isMissing(on: device) }.map(\.name),
        memory: try MemoryFigures(device)))
  }
}
