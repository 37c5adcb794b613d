import ArgumentParser

/// What a run that another program starts has to do with that program.
struct StarterOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Write a checkpoint and end when standard input ends, as it does when the process at its other end has ended.",
      visibility: .hidden))
  var stopAtEndOfInput = false

  /// Begins to listen to what ends a run.
  func listen() {
    Signals.listen()
    if stopAtEndOfInput { Signals.listenForEndOfInput() }
  }
}
