import Foundation

/// What /proc says about a process of a server.
struct ServerProcess: Sendable {
  /// What was measured of it.
  struct Figures: Codable, Sendable, Equatable {
    let pid: Int32
    let name: String
    /// `nil`: it ended in the measurement.
    let processorSeconds: Double?
    let peakResidentBytes: Int?
    let highWaterBytes: Int?
  }

  let pid: Int32

  private func text(_ file: String) -> String? {
    FileManager.default.contents(atPath: "/proc/\(pid)/\(file)").map { String(decoding: $0, as: UTF8.self) }
  }

  /// What it is called; `nil`: there is no such process.
  var name: String? { text("stat").flatMap(Self.name) }
  var processorSeconds: Double? {
    text("stat").flatMap { Self.processorSeconds(in: $0, ticksPerSecond: sysconf(Int32(_SC_CLK_TCK))) }
  }
  var residentBytes: Int? { text("status").flatMap { Self.bytes("VmRSS", in: $0) } }
  var highWaterBytes: Int? { text("status").flatMap { Self.bytes("VmHWM", in: $0) } }

  /// The name between the parentheses of /proc/PID/stat; it may hold any character, parentheses too.
  static func name(in stat: String) -> String? {
    guard let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")"), open < close else { return nil }
    return String(stat[stat.index(after: open)..<close])
  }

  /// utime + stime, the fields 14 and 15 of /proc/PID/stat.
  static func processorSeconds(in stat: String, ticksPerSecond: Int) -> Double? {
    guard let close = stat.lastIndex(of: ")"), ticksPerSecond > 0 else { return nil }
    // Behind the name comes field 3.
    let fields = stat[stat.index(after: close)...].split(separator: " ")
    guard fields.count > 12, let user = UInt64(fields[11]), let system = UInt64(fields[12]) else { return nil }
    return (Double(user) + Double(system)) / Double(ticksPerSecond)
  }

  /// A line of /proc/PID/status, which is in kB.
  static func bytes(_ key: String, in status: String) -> Int? {
    for line in status.split(separator: "\n") where line.hasPrefix(key + ":") {
      guard let kilobytes = Int(line.filter(\.isNumber)) else { return nil }
      let (bytes, overflow) = kilobytes.multipliedReportingOverflow(by: 1024)
      return overflow ? nil : bytes
    }
    return nil
  }
}
