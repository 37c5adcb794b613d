import BenchmarkSupport
import Torch

/// What a mode says: one line of JSON on standard output.
enum Answer {
  /// A loss or an error may be anything.
  static func say(_ value: some Encodable) throws { try JSONLine.say(value, spellsAnyNumber: true) }

  /// Seconds of `body`, with everything that it asked of the device.
  static func seconds(on device: Device, _ body: () throws -> Void) throws -> Double {
    try TorchRuntime.synchronize(device)
    return try Stopwatch.seconds {
      try body()
      try TorchRuntime.synchronize(device)
    }
  }

  static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
