import Foundation
import TestSupport
import Testing

/// What a run of the program took.
struct Measured: CustomTestStringConvertible {
  let outcome: Outcome
  /// The largest resident memory.
  let peakBytes: Int
  let seconds: Double
  /// Why it was stopped; nil: it ended by itself.
  let stopped: String?

  var testDescription: String {
    "\(stopped ?? "ended"), \(peakBytes >> 20) MiB, \(Int(seconds)) s, \(outcome.testDescription)"
  }
}

extension Accrete {
  /// Runs the program to its end, or until it takes more memory or time than it may.
  ///
  /// - Parameters:
  ///   - input: a file for standard input.
  ///   - bytes: resident memory at most.
  ///   - seconds: time at most.
  static func measured(
    _ arguments: [String], input: URL? = nil, in folder: URL, bytes: Int = .max, seconds limit: Double = 120
  ) throws -> Measured {
    let scratch = try Scratch()
    let (output, error) = (scratch.url("output"), scratch.url("error"))
    let begin = Date()
    let process = try start(arguments, input: input, output: output, error: error, in: folder)
    var (peak, stopped): (Int, String?) = (0, nil)
    while process.isRunning {
      peak = max(peak, residentPeak(of: process.processIdentifier))
      let seconds = Date().timeIntervalSince(begin)
      if peak > bytes { stopped = "stopped at more than \(bytes >> 20) MiB" }
      if seconds > limit { stopped = "stopped after \(Int(limit)) s" }
      if stopped != nil {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        break
      }
      usleep(5000)
    }
    return Measured(
      outcome: try outcome(process, output: output, error: error), peakBytes: peak,
      seconds: Date().timeIntervalSince(begin), stopped: stopped)
  }

  /// The largest resident memory of a process so far.
  private static func residentPeak(of process: pid_t) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return 0 }
    for line in text.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      return (Int(line.filter(\.isNumber)) ?? 0) << 10
    }
    return 0
  }
}
