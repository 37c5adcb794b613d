import Files
import Foundation

/// What must be the same for results to stand in one table.
extension Comparison {
  /// Everything but the grid and the paths of base and data in which another comparison differs, as `WHAT was A, is B`.
  package func differences(to now: Comparison) throws -> [String] {
    let common = Set(orders.keys).intersection(now.orders.keys)
    func comparable(_ comparison: Comparison) -> Comparison {
      var result = comparison.withoutFolders
      result.configuration = result.configuration.sayingCompute
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
    func comparable(_ manifest: Manifest) -> Manifest {
      var result = manifest.withoutFolders
      result.configuration = result.configuration.sayingCompute
      return result
    }
    guard let difference = try Differences.list(comparable(expected), comparable(manifest)).first else { return }
    throw ComparisonError.cellDiffers(
      cell: cell.name, what: difference.key, expected: difference.first, got: difference.second)
  }
}
