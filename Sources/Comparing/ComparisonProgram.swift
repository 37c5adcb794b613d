public import Records

/// The program in which a comparison runs: it starts itself once more for every cell, writes reports, and shows what happens.
public protocol ComparisonProgram {
  /// The arguments with which the program starts a run.
  /// - Parameters:
  ///   - configuration: Of the run, as a whole.
  ///   - out: Its folder.
  ///   - program: The only program that may work on it.
  func arguments(_ configuration: RunConfiguration, out: RunFolder, program: String) throws -> [String]
  /// The arguments with which the program goes on with a run.
  func arguments(resuming run: RunFolder) -> [String]
  /// Arguments as a person would type them, after the program's name.
  func commandLine(_ arguments: [String]) -> String
  /// The command that makes a cell's run again, in a folder of its own.
  func command(_ cell: ComparisonCell, of comparison: Comparison) throws -> String

  /// Writes what the complete cells say together: at the start, after every cell and at the end.
  /// - Throws: `ComparisonError` for a cell that is not of the comparison; `FileError`.
  @discardableResult
  func write(_ comparison: Comparison, in folder: ComparisonFolder, reference: String?) throws -> ComparisonResults

  /// How often somebody has asked the program to stop.
  var stopsAsked: Int { get }
  /// The signal by which somebody did so last; `nil`: nobody has.
  var stopSignal: Int32? { get }

  /// Tells a person or a program what happens.
  func show(_ progress: ComparisonProgress)
}
