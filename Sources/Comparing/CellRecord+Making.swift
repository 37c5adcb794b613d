public import Records
import Runs

extension CellRecord {
  /// The record of a cell's run, if the run is complete and its files belong to the comparison and to each other.
  ///
  /// - Parameters:
  ///   - cell: Which.
  ///   - folder: Of the comparison.
  ///   - comparison: What the run must be of.
  ///   - command: Makes the run again.
  /// - Returns: `nil` while tasks are left to learn, or there is no run.
  /// - Throws: `ComparisonError.cellDiffers(cell:what:expected:got:)`; `FileError`.
  public init?(
    checking cell: ComparisonCell, in folder: ComparisonFolder, of comparison: Comparison, command: String
  ) throws {
    try self.init(checking: cell, in: folder, of: comparison, command: command) { try $0.newestRouted() }
  }
}
