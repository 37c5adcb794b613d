import Files
import Torch

/// Memory of a device in bytes, and of the process.
struct MemoryFigures: Encodable {
  let free: Int?
  let total: Int?
  let allocated: Int?
  /// Since the last reset.
  let peak: Int?
  /// What libtorch has taken from the device.
  let reserved: Int?
  let peakRss: Int

  /// - Parameter device: On the CPU only the process is asked.
  init(_ device: Device) throws {
    peakRss = ProcessMemory.peakResidentBytes
    guard let memory = try TorchRuntime.memory(of: device) else {
      (free, total, allocated, peak, reserved) = (nil, nil, nil, nil, nil)
      return
    }
    free = memory.free
    total = memory.total
    allocated = memory.allocated
    peak = memory.peak
    reserved = memory.reserved
  }

  /// What is compared with the peer: the device's peak, or the process's where there is no device.
  var compared: Int { peak ?? peakRss }

  static func reset(_ device: Device) throws {
    if device != .cpu { try TorchRuntime.resetPeak(device) }
  }
}
