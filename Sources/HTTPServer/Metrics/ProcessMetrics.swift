import Files
import Foundation

/// What the operating system says of this process, under the names that every Prometheus client has for it. Where there is no `/proc`, there are
/// no numbers.
struct ProcessMetrics: Sendable {
  private let resident: MetricFamily<NumberCell>
  private let processorSeconds: MetricFamily<NumberCell>
  private let openFiles: MetricFamily<NumberCell>
  private let startTime: MetricFamily<NumberCell>

  init(_ store: MetricStore) {
    func numbers(_ name: String, _ kind: MetricForm.Kind, _ help: String) -> MetricFamily<NumberCell> {
      store.numbers(MetricForm("process_" + name, kind, help: help))
    }
    resident = numbers("resident_memory_bytes", .gauge, "Resident memory in bytes.")
    processorSeconds = numbers("cpu_seconds_total", .counter, "Seconds that processors have worked for this process.")
    openFiles = numbers("open_fds", .gauge, "Open file descriptors.")
    startTime = numbers("start_time_seconds", .gauge, "When this process started, in seconds since 1970.")
  }

  /// Reads all of them.
  func take() {
    let bytes = ProcessMemory.residentBytes
    if bytes > 0 { resident.cell().set(Double(bytes)) }
    processorSeconds.cell().set(ProcessMemory.processorSeconds)
    // The one through which the folder is read is among them.
    if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
      openFiles.cell().set(Double(max(files.count - 1, 0)))
    }
    if let started = Self.started { startTime.cell().set(started) }
  }

  /// When this process started, which is read once.
  private static let started: Double? = {
    guard let status = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
      let system = try? String(contentsOfFile: "/proc/stat", encoding: .utf8)
    else { return nil }
    return started(status: status, system: system, ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))))
  }()

  /// When a process started, in seconds since 1970.
  /// - Parameters:
  ///   - status: `/proc/PID/stat`.
  ///   - system: `/proc/stat`.
  ///   - ticksPerSecond: In which unit the first one counts.
  static func started(status: String, system: String, ticksPerSecond: Double) -> Double? {
    // The second field is the program's name in parentheses, in which anything may stand. The start is the 22nd field.
    guard let name = status.lastIndex(of: ")"), ticksPerSecond > 0 else { return nil }
    let fields = status[status.index(after: name)...].split(whereSeparator: \.isWhitespace)
    let boot = system.split(separator: "\n").first { $0.hasPrefix("btime ") }?.dropFirst(6)
    guard fields.count > 19, let ticks = Double(fields[19]), let boot, let booted = Double(boot) else { return nil }
    return booted + ticks / ticksPerSecond
  }
}
