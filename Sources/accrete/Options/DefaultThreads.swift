import Foundation

/// How many threads an operation has where nobody says it: all cores, or what `OMP_NUM_THREADS` says, as in other programs on libtorch.
enum DefaultThreads {
  static var count: Int { asked ?? ProcessInfo.processInfo.activeProcessorCount }

  /// What the environment asks for; nil: nothing, or nothing that is a number. Of a list, one for each level of nesting, the first counts.
  static var asked: Int? {
    let words = ProcessInfo.processInfo.environment["OMP_NUM_THREADS"]?.split(separator: ",")
    return words?.first.flatMap { Int($0.filter { $0 != " " }) }.flatMap { (1...1024).contains($0) ? $0 : nil }
  }
}
