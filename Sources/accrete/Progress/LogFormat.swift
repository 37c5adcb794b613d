import ArgumentParser

/// How a command tells on standard error what it does.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
  /// For people.
  case plain
  /// For programs: an object of JSON on each line.
  case json
}

/// What a command that tells its progress is asked about it.
struct ProgressOptions: ParsableArguments {
  @Flag(help: "No progress on standard error.")
  var quiet = false

  @Option(help: "Progress as plain text (default), or as json: an object on each line of standard error.")
  var logFormat: LogFormat?

  /// From now on all that goes to standard error has this form, complaints too.
  func begin() {
    if logFormat == .json { Console.writeErrorsAsJSON() }
  }
}
