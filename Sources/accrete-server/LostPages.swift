import Foundation

/// What happens when a page of a mapped file cannot be read: somebody made an expert's file or the base's shorter, or the disk fails.
enum LostPages {
  private static let message: StaticString =
    "accrete-server: a page of a mapped file cannot be read: a file of the registry or the base was made shorter, or its disk fails. Run `accrete registry verify`.\n"

  /// The process ends at once and says why, with the exit code of one that the signal has ended: a backtrace can take for ever, and whoever
  /// watches would see a process that lives.
  static func endTheProcess() {
    signal(SIGBUS) { number in
      // Nothing else may be called here.
      _ = write(2, LostPages.message.utf8Start, LostPages.message.utf8CodeUnitCount)
      _exit(128 + number)
    }
  }
}
