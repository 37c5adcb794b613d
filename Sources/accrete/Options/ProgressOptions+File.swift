import Records
import Runs

extension ProgressOptions {
  /// With what a file of options says where the command line says nothing.
  /// - Throws: `RunError` for a form that there is not.
  func with(_ file: InvocationFile) throws -> ProgressOptions {
    var result = self
    result.quiet = quiet || file.quiet == true
    if logFormat == nil, let named = file.logFormat {
      guard let format = LogFormat(rawValue: named) else {
        throw RunError.invalidConfiguration(
          key: "log-format", got: named, allowed: LogFormat.allCases.map(\.rawValue).joined(separator: ", "))
      }
      result.logFormat = format
    }
    return result
  }
}

extension InvocationFile {
  /// The folder that a command writes, which flag or file must name.
  /// - Parameter flag: As `--out` has it.
  /// - Throws: `RunError` where neither does.
  func outputFolder(_ flag: String?) throws -> String {
    guard let folder = flag ?? out else {
      throw RunError.invalidConfiguration(key: "out", got: "missing", allowed: "--out DIR, or out: DIR in the file")
    }
    return absolute(folder)
  }
}
