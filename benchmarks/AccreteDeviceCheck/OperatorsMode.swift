import Decoder
import Files
import Foundation
import ModelConfiguration
import Torch

/// Does the device compute what the CPU's kernels compute? Small shapes, in float32 and in bfloat16.
struct OperatorsMode {
  struct Result: Encodable {
    let name: String
    let type: String
    /// The largest difference of an element, relative to the element or, where that is larger, to the root mean square of all.
    let error: Double?
    let allowed: Double
    let isWithin: Bool
    let problem: String?
  }

  private struct Facts: Encodable {
    let libtorch: String
    let device: String
    let kernels: String
    let results: [Result]
    let failed: [String]
    /// SHA-256 of masks that have the same bits everywhere.
    let maskDigest: String?
    let memory: MemoryFigures
  }

  let device: Device

  func run() throws {
    var results: [Result] = []
    for type in [DType.float32, .bfloat16] {
      for one in OperatorCase.all where one.types.contains(type) { results.append(result(of: one, type)) }
    }
    try Answer.say(
      Facts(
        libtorch: TorchRuntime.version, device: device.description,
        kernels: DeviceOperations.description(on: device), results: results,
        failed: results.filter { !$0.isWithin }.map { "\($0.name), \($0.type)" },
        maskDigest: try? MaskCase.digest(on: device), memory: try MemoryFigures(device)))
  }

  private func result(of one: OperatorCase, _ type: DType) -> Result {
    let allowed = one.allowed(type)
    do {
      // The same numbers, which bfloat16 holds exactly, in float32 by the processor's kernels.
      let wanted = try Kernels.rehearsingDevice(false) { try one.compute(Operands(on: .cpu, .float32)) }
      let got = try one.compute(Operands(on: device, type))
      let error = try zip(got, wanted).map { try DeviceSelfCheck.difference($0, $1) }.max() ?? .infinity
      let isWithin = got.count == wanted.count && error <= allowed
      return Result(
        name: one.name, type: type.rawValue, error: error, allowed: allowed, isWithin: isWithin, problem: nil)
    } catch {
      return Result(
        name: one.name, type: type.rawValue, error: nil, allowed: allowed, isWithin: false, problem: "\(error)")
    }
  }
}
