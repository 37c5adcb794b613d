import Foundation
package import Records

extension RunFolder {
  /// The scores with the task inferred, of the last checkpoint between two tasks; `nil` where there are none.
  package func newestRouted() throws -> RoutedScores? {
    guard let newest = try checkpointPositions().last(where: { $0.step == nil }) else { return nil }
    return try RunCheckpoint.read(checkpoint(newest)).checkpoint.routed
  }
}
