import Files
import Torch

extension DoctorCommand {
  /// The device that is asked for, or why it is not there.
  func device(_ name: String) -> Result<Device, MissingDevice> {
    do {
      return .success(try Device(name))
    } catch {
      return .failure(MissingDevice(found: "\(error)\(Self.reason(for: error))"))
    }
  }

  struct MissingDevice: Error {
    let found: String
    var finding: Finding { Finding(what: "device", ok: false, found: found, fix: nil) }
  }

  /// Which of the causes that an error names it is.
  private static func reason(for error: any Error) -> String {
    guard case TorchError.unavailableDevice = error else { return "" }
    if let problem = TorchRuntime.problem { return " Here libtorch cannot be loaded: \(problem.onOneLine)" }
    guard TorchRuntime.isCUDABuild else { return " Here libtorch \(TorchRuntime.version) is a CPU build." }
    let driver = DeviceKernels.problem(for: .cuda()).map { ": \($0.onOneLine)" } ?? "."
    return " Here libtorch \(TorchRuntime.version) is built for CUDA and sees no device\(driver)"
  }
}
