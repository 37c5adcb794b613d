import Files
import Torch

/// A line of `timings.jsonl`: what the machine decides.
struct TimingEvent: Encodable {
  let task: String
  let step: Int
  let seconds: Double
  let tokensPerSecond: Double
  let residentBytes: Int
  /// Of a GPU; left out on the CPU.
  let device: String?
  /// Bytes in tensors, at most since the task began or was resumed.
  let deviceMemoryPeak: Int?
  /// Bytes that libtorch holds.
  let deviceMemoryReserved: Int?

  /// - Parameter use: Of the device that computes; `nil`: the CPU.
  init(task: String, step: Int, seconds: Double, tokensPerSecond: Double, use: TorchRuntime.DeviceUse?) {
    (self.task, self.step, self.seconds, self.tokensPerSecond) = (task, step, seconds, tokensPerSecond)
    residentBytes = ProcessMemory.residentBytes
    (device, deviceMemoryPeak, deviceMemoryReserved) = (use?.device, use?.peak, use?.reserved)
  }
}
