import Foundation

/// What to do where other programs want the cores, too.
enum BusyCores {
  /// How many times the load is read, and the microseconds between two readings.
  private static let (looks, pause) = (3, useconds_t(2_000))

  /// Lets threads sleep while they wait for each other if other programs keep cores busy.
  ///
  /// Threads of an operation spin while they wait. Where they have not all cores to themselves, that takes time from the thread that is waited
  /// for: a step of training took up to 75 times as long on two busy cores. libtorch, which is loaded later, reads the variable; a value
  /// that somebody has set stays. Results are the same.
  static func waitPassively() {
    var fewest = Int.max
    for look in 0..<looks {
      if look > 0 { usleep(pause) }
      guard let others = othersRunning() else { return }
      fewest = min(fewest, others)
      if fewest == 0 { return }
    }
    setenv("OMP_WAIT_POLICY", "passive", 0)
  }

  /// Threads of other programs that run or could run now; `nil` where the system does not say.
  private static func othersRunning() -> Int? {
    // "0.52 0.58 0.59 2/345 1234": runnable threads, this one included, of all.
    guard let text = try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8) else { return nil }
    let words = text.split(separator: " ")
    guard words.count > 3, let running = words[3].split(separator: "/").first.flatMap({ Int($0) }) else { return nil }
    return max(running - 1, 0)
  }
}
