import Files
import FoundationEssentials
public import Records

extension Comparison {
  /// Begins the comparison in a folder, or goes on with the one that is there. The grid may have grown since.
  ///
  /// Only who holds ``ComparisonLock`` may do this.
  /// - Throws: `ComparisonError.changed(folder:differences:)` with every difference; `ComparisonError.cellsLeftOut(folder:cells:)`;
  ///   `FileError`.
  public func begin(in folder: ComparisonFolder) throws {
    if folder.exists {
      let recorded = try Comparison.read(folder)
      let differences = try recorded.differences(to: self)
      guard differences.isEmpty else {
        throw ComparisonError.changed(folder: folder.url.path, differences: differences)
      }
      let missing = Set(recorded.cells).subtracting(cells)
      guard missing.isEmpty else {
        throw ComparisonError.cellsLeftOut(
          folder: folder.url.path, cells: recorded.cells.filter(missing.contains).map(\.name))
      }
      // Other paths alone are not a reason to write.
      if recorded.withoutFolders == withoutFolders { return }
    }
    try JSONFile.write(portable(from: ComparisonFolder.here), to: folder.comparison)
  }
}
