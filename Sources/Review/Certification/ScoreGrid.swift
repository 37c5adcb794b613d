public import Assurance
import AuditedDatabase
public import Foundation

/// The thresholds that a certificate may choose from, made of scores of other rows before any label was looked at.
///
/// All of them are above ½: two sides can then never claim one item, so that what a side decides is exactly what was certified.
public struct ScoreGrid: Sendable, Codable, Equatable {
  /// The task.
  public let task: String
  /// The label.
  public let side: String
  /// How probabilities come from the scores.
  public let scale: TemperatureScaling
  /// The thresholds, and how many rows of the stream lie above each.
  public let thresholds: ThresholdGrid

  /// Takes quantiles of the scores of the items that the model would put on the side.
  ///
  /// Quantiles are scores that some row has. So with two labels they pick the same items on every scale.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - side: The label.
  ///   - scale: How probabilities come from the scores.
  ///   - scores: The label's probability for each row of the stream; `nil` for those that a person decides whatever they score.
  /// - Returns: `nil` where the model puts no item on the side.
  /// - Throws: `AssuranceError` for a score that is not finite.
  public init?(task: String, side: String, scale: TemperatureScaling, scores: [Double?]) throws {
    let claimed = scores.compactMap { $0 }.filter { $0 > 0.5 }
    guard !claimed.isEmpty else { return nil }
    self.task = task
    self.side = side
    self.scale = scale
    thresholds = try ThresholdGrid(quantilesOf: claimed, otherRows: scores.count)
  }

  /// The bytes of its blob.
  ///
  /// - Throws: An error of the encoder, for numbers that JSON does not have.
  public func data() throws -> Data { try CanonicalJSON.encode(self) }
}
