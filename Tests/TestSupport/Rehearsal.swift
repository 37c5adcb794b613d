import Foundation
package import Torch

/// Who computes what a GPU's kernels do.
package enum Rehearsal: CaseIterable, Sendable { case singleOperations, emulatedKernels }

/// The same as a GPU computes it, on the CPU's tensors.
package func asDevice<Result>(_ rehearsal: Rehearsal = .singleOperations, _ body: () throws -> Result) rethrows
  -> Result
{
  try Kernels.rehearsingDevice(true) {
    try DeviceKernels.$emulation.withValue(rehearsal == .emulatedKernels ? emulatedDriver : nil, operation: body)
  }
}

/// The build's library that stands for a GPU's driver.
private let emulatedDriver: String = {
  var package = URL(fileURLWithPath: #filePath)
  for _ in 0..<3 { package.deleteLastPathComponent() }
  let name = "libaccrete-cuda-emulated.so"
  let beside = Bundle.main.bundleURL.appendingPathComponent(name).path
  let built = package.appendingPathComponent(".build/debug").appendingPathComponent(name).path
  return FileManager.default.fileExists(atPath: beside) ? beside : built
}()
