import Runs

extension LoadedBases {
  /// The bases of tests that are about something else than loading one. Each suite also has tests that load theirs, as every
  /// process does.
  static let shared = LoadedBases()
}
