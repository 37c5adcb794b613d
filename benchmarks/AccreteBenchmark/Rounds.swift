import BenchmarkSupport
import Foundation

/// The conversation with the driver: a number on a line asks for a round, a line of JSON (``JSONLine``) answers.
enum Rounds {
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
}
