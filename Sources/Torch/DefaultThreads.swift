import Foundation

/// How many threads an operation has where nobody says it: all cores, or what `OMP_NUM_THREADS` says, as in other programs on libtorch; no
/// more than `OMP_THREAD_LIMIT`.
public enum DefaultThreads {
  /// That number.
  public static var count: Int { asked ?? ProcessInfo.processInfo.activeProcessorCount }

  /// What the environment asks for; `nil`: nothing, or nothing that is a number. Of a list, one for each level of nesting, the first counts.
  public static var asked: Int? {
    let (wanted, limit) = (first("OMP_NUM_THREADS"), first("OMP_THREAD_LIMIT"))
    guard let limit else { return wanted }
    return min(wanted ?? ProcessInfo.processInfo.activeProcessorCount, limit)
  }

  private static func first(_ name: String) -> Int? {
    let words = ProcessInfo.processInfo.environment[name]?.split(separator: ",")
    return words?.first.flatMap { Int($0.filter { $0 != " " }) }.flatMap { (1...1024).contains($0) ? $0 : nil }
  }
}
