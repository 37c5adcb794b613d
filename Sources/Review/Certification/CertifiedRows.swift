public import Assurance
import AuditedDatabase
public import Files
public import Foundation

/// The rows that a certificate rests on: digests, labels and scores, and no text. With its grid, everything that the certificate says of
/// them can be computed again.
public struct CertifiedRows: Sendable, Codable, Equatable {
  /// One row.
  public struct Row: Sendable, Codable, Equatable {
    /// The item's digest.
    public let item: Digest
    /// The final label.
    public let label: String
    /// The probability of the side's label; `nil` where a person decides whatever it is.
    public let score: Double?
  }

  /// The rows, in the order of their digests.
  public let rows: [Row]

  /// Takes rows as they are scored.
  ///
  /// - Parameters:
  ///   - rows: Rows with final labels; others are left out.
  ///   - label: The index of the side's label.
  ///   - scale: The scale that the scores are on.
  public init(_ rows: [CalibrationRow], label: Int, scale: TemperatureScaling) {
    self.rows = rows.compactMap { row in
      row.label.map { Row(item: row.item, label: $0, score: row.score(label, scale)) }
    }.sorted { $0.item.bytes.lexicographicallyPrecedes($1.item.bytes) }
  }

  /// The rows that the side could decide.
  ///
  /// - Parameter side: The label that they are decided as.
  public func scored(as side: String) -> [ScoredRow] {
    rows.compactMap { row in
      row.score.map { ScoredRow(score: $0, isWrong: !row.label.hasSameCodePoints(as: side)) }
    }
  }

  /// The bytes of its blob.
  ///
  /// - Throws: An error of the encoder, for numbers that JSON does not have.
  public func data() throws -> Data { try CanonicalJSON.encode(self) }
}

extension CalibrationRow {
  /// The probability of a label; `nil` where a person decides whatever it is.
  ///
  /// - Parameters:
  ///   - label: The label's index.
  ///   - scale: The scale that it is on.
  func score(_ label: Int, _ scale: TemperatureScaling) -> Double? {
    guard !isBeyondModel, let probabilities = try? scale.probabilities(scores), probabilities.indices.contains(label)
    else {
      return nil
    }
    return probabilities[label]
  }
}
