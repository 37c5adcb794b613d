import ArgumentParser
import Files

extension RegistryOptions {
  /// A text whose commands act on the registry of this command line: where that was named by `--registry`, they name it, too.
  ///
  /// - Parameter text: With commands between backticks.
  func hint(_ text: String) -> String {
    guard let registry else { return text }
    let words =
      /`accrete (?:learn|predict|route|evaluate|list|show|explain|promote|rollback|forget|registry [a-z]+|keys [a-z]+)[^`]*/
    return text.replacing(words) { match in
      match.0.contains("--registry") ? String(match.0) : "\(match.0) --registry \(shellWords([registry]).printable)"
    }
  }
}
