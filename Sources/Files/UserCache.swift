public import Foundation

/// Where programs keep, for one user, what they can make or fetch again.
public enum UserCache {
  /// `XDG_CACHE_HOME`, else `~/.cache`.
  ///
  /// A value that is empty or relative is none, as the XDG base directory specification has it: what it means would depend on where the
  /// program was started.
  /// - Parameter environment: Of the process.
  /// - Returns: `nil` where neither it nor `HOME` says a folder.
  public static func folder(of environment: [String: String] = ProcessInfo.processInfo.environment) -> URL? {
    func absolute(_ name: String) -> URL? {
      let path = environment[name].map { ($0 as NSString).expandingTildeInPath }
      return path.flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0, isDirectory: true) : nil }
    }
    return absolute("XDG_CACHE_HOME") ?? absolute("HOME")?.appendingPathComponent(".cache")
  }
}
