import Foundation
import Torch

/// What a mode says: one line of JSON on standard output.
enum Answer {
  static func say(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A loss or an error may be anything; JSON has no word for it.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    var line = try encoder.encode(value)
    line.append(UInt8(ascii: "\n"))
    try FileHandle.standardOutput.write(contentsOf: line)
  }

  /// Seconds of `body`, with everything that it asked of the device.
  static func seconds(on device: Device, _ body: () throws -> Void) throws -> Double {
    try TorchRuntime.synchronize(device)
    let clock = ContinuousClock()
    let start = clock.now
    try body()
    try TorchRuntime.synchronize(device)
    return Double(start.duration(to: clock.now) / .nanoseconds(1)) * 1e-9
  }

  static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
