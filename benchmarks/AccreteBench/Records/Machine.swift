import Files
import Foundation

/// Where the load generator runs, and usually the server with it.
struct Machine: Codable, Sendable, Equatable {
  let processor: String
  let cores: Int
  let memoryBytes: Int
  let system: String

  static var this: Machine {
    let information = ProcessInfo.processInfo
    return Machine(
      processor: (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)).flatMap(processor) ?? "unknown",
      cores: information.activeProcessorCount, memoryBytes: Int(clamping: information.physicalMemory),
      system: information.operatingSystemVersionString)
  }

  /// The name of the first processor in the text of `/proc/cpuinfo`.
  static func processor(in text: String) -> String? {
    for line in text.split(separator: "\n") where line.hasPrefix("model name") {
      let name = line.drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces)
      return name.isEmpty ? nil : name
    }
    return nil
  }
}
