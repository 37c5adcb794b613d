import Files
import Foundation

/// What must be the same for results to stand in one table.
extension Comparison {
  /// Begins the comparison in a folder, or goes on with the one that is there. The grid may have grown since.
  ///
  /// Only who holds ``ComparisonLock`` may do this.
  /// - Throws: ``ComparisonError/changed(folder:differences:)`` with every difference; ``ComparisonError/cellsLeftOut(folder:cells:)``;
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
      // Other places alone are no reason to write.
      if recorded.placeless == placeless { return }
    }
    try JSONFile.write(portable(from: ComparisonFolder.here), to: folder.comparison)
  }

  /// Everything but the grid and the places of base and data in which another comparison differs, as `WHAT was A, is B`.
  func differences(to now: Comparison) throws -> [String] {
    let common = Set(orders.keys).intersection(now.orders.keys)
    func comparable(_ comparison: Comparison) -> Comparison {
      var result = comparison.placeless
      result.cells = []
      result.orders = result.orders.filter { common.contains($0.key) }
      return result
    }
    return try Differences.between(comparable(self), comparable(now))
  }

  /// Whether a run is one that this comparison would make for a cell.
  /// - Throws: ``ComparisonError/cellDiffers(cell:what:expected:got:)``.
  func requireOwn(_ manifest: Manifest, cell: ComparisonCell) throws {
    var expected = manifest
    (expected.accrete, expected.libtorch, expected.program) = (accrete, libtorch, program)
    expected.configuration = cell.configuration(configuration)
    (expected.baseDigest, expected.tokenizerDigest) = (baseDigest, tokenizerDigest)
    expected.baseConfiguration = baseConfiguration
    if let order = orders["\(cell.order)"] {
      (expected.tasks, expected.promptDigest, expected.dataDigests) = (
        order.tasks, order.promptDigest, order.dataDigests
      )
    }
    guard let difference = try Differences.list(expected.placeless, manifest.placeless).first else { return }
    throw ComparisonError.cellDiffers(
      cell: cell.name, what: difference.key, expected: difference.first, got: difference.second)
  }
}
