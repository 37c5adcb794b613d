import Foundation

/// What the operating system says about this process.
public enum ProcessMemory {
  /// Resident memory now, in bytes; 0 where /proc is missing.
  public static var residentBytes: Int { status("VmRSS") }
  /// The largest it has been.
  public static var peakResidentBytes: Int { status("VmHWM") }

  /// What the machine can still give out; 0 where /proc is missing.
  public static var availableBytes: Int { value("MemAvailable", in: "/proc/meminfo") }

  /// Seconds that processors have worked for this process, all its threads.
  public static var processorSeconds: Double {
    var time = timespec()
    guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static func status(_ key: String) -> Int { value(key, in: "/proc/self/status") }

  private static func value(_ key: String, in file: String) -> Int {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return 0 }
    for line in text.split(separator: "\n") where line.hasPrefix(key + ":") {
      let digits = line.filter(\.isNumber)
      return (Int(digits) ?? 0) * 1024
    }
    return 0
  }
}
