import Decoder
import Torch

/// What `doctor` finds out about a GPU, or about one that is rehearsed on the CPU.
struct DeviceReport: Encodable {
  struct Line: Encodable {
    let what: String
    let how: String
  }

  /// One of the devices, with its memory in bytes; on the CPU none are listed.
  struct Place: Encodable {
    let device: String
    let memory: TorchRuntime.DeviceMemory?
  }

  let device: String
  /// Whether the CPU computes as a GPU does (ACCRETE_PLAN=gpu).
  let isRehearsed: Bool
  let libtorch: String
  let bridge: String
  let devices: [Place]
  /// Versions, architecture and compile time of our kernels; `nil`: there are none.
  let kernels: DeviceKernels.Description?
  /// Why there are none.
  let kernelProblem: String?
  let plan: [Line]
  let operators: [PlanOperator]
  /// Those of them that are needed and cannot be called.
  let missing: [String]
  let checks: [DeviceSelfCheck.Result]

  init(_ device: Device, plan: ComputePlan) {
    self.device = device.description
    isRehearsed = plan.rehearsesDevice
    libtorch = TorchRuntime.version
    bridge = TorchRuntime.bridgeVersion
    devices = (0..<(device == .cpu ? 0 : TorchRuntime.cudaDevices)).map {
      Place(device: "cuda:\($0)", memory: try? TorchRuntime.memory(of: .cuda($0)))
    }
    kernels = DeviceKernels.description(for: device)
    kernelProblem = DeviceKernels.problem(for: device)
    self.plan = plan.entries.map { Line(what: $0.what, how: $0.how) }
    operators = ComputePlan.operators
    missing = operators.filter { $0.isNeeded && $0.isMissing(on: device) }.map(\.name)
    checks = DeviceSelfCheck.run(on: device)
  }
}

extension DeviceReport {
  /// The same as lines of the doctor. The first has everything, for programs.
  var findings: [DoctorCommand.Finding] { [place, kernelFinding, operatorFinding, checkFinding] }

  private var place: DoctorCommand.Finding {
    let all = devices.map { place in
      place.device
        + (place.memory.map { ", \($0.free >> 20) of \($0.total >> 20) MiB free, \($0.reserved >> 20) MiB held here" }
          ?? ", memory unknown")
    }
    let found = isRehearsed ? "\(device), which computes as a GPU does (ACCRETE_PLAN=gpu)" : device
    return DoctorCommand.Finding(
      what: "device", ok: true, found: ([found] + all).joined(separator: "; "), fix: nil, details: self)
  }

  private var kernelFinding: DoctorCommand.Finding {
    if let kernels {
      let time =
        kernels.isFromCache ? "from the cache" : "compiled in \(Int(kernels.compileMilliseconds.rounded())) ms"
      return DoctorCommand.Finding(
        what: "kernels", ok: true,
        found: "\(kernels.kernels) for \(kernels.architecture), \(time); CUDA \(kernels.driver) of the driver,"
          + " \(kernels.compiler) of NVRTC", fix: nil)
    }
    return DoctorCommand.Finding(
      what: "kernels", ok: kernelProblem == nil,
      found: "none; single operations of libtorch stand in, which are slower",
      fix: kernelProblem)
  }

  private var operatorFinding: DoctorCommand.Finding {
    let found = operators.map { one in
      guard let arguments = one.arguments else { return "\(one.name) is not there" }
      let kernels = [one.cuda ? "CUDA" : nil, one.cpu ? "CPU" : nil].compactMap(\.self)
      return "\(one.name) \(arguments) arguments, \(kernels.isEmpty ? "no kernel" : kernels.joined(separator: " and "))"
    }
    return DoctorCommand.Finding(
      what: "operators", ok: missing.isEmpty, found: found.joined(separator: "; "),
      fix: missing.isEmpty
        ? nil
        : "This libtorch cannot compute \(missing.joined(separator: ", ")) on \(device): use another (docs/gpu.md).")
  }

  private var checkFinding: DoctorCommand.Finding {
    let found = checks.map { check in
      "\(check.name), \(check.type.rawValue): "
        + (check.error.map { "\(significant($0, 2)), allowed \(significant(check.allowed, 2))" } ?? check.problem ?? "?")
    }
    let right = checks.allSatisfy(\.isWithin)
    return DoctorCommand.Finding(
      what: "results", ok: right, found: "largest relative difference from the CPU: " + found.joined(separator: "; "),
      fix: right ? nil : "Trust nothing that is learned on \(device); report this line.")
  }
}
