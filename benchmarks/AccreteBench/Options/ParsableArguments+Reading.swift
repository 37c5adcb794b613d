import ArgumentParser

extension ParsableArguments {
  /// Reads options that do not stand on this program's command line, as those of a plan.
  ///
  /// - Parameter words: As on a command line.
  /// - Throws: ``BenchError/usage(_:)`` with what is wrong, without the program's usage.
  static func reading(_ words: [String]) throws -> Self {
    do {
      return try parse(words)
    } catch {
      throw BenchError.usage(message(for: error))
    }
  }
}
