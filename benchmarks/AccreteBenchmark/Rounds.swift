import Foundation

/// The conversation with the driver: one JSON line each.
enum Rounds {
  static func say(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = .sortedKeys
    var line = try encoder.encode(value)
    line.append(UInt8(ascii: "\n"))
    try FileHandle.standardOutput.write(contentsOf: line)
  }

  /// The next request: the number on the next line of standard input; nil at its end.
  static func next() throws -> Int? {
    guard let line = readLine() else { return nil }
    guard let number = Int(line) else { throw UsageError("standard input: a whole number expected, got \(line)") }
    return number
  }

  /// Processor time of this process so far, in seconds: all threads, in the program and in the system.
  static func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Wall-clock seconds of `body`.
  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try body()
    return Double(start.duration(to: clock.now) / .nanoseconds(1)) * 1e-9
  }
}
