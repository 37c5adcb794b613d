public import AuditedDatabase
public import Files
public import Foundation

/// The thresholds that a certificate may choose from, made of scores of other rows before any label was looked at.
///
/// The proof of the walk needs thresholds that do not depend on the rows that certify them. All of them are above ½: two sides can then
/// never claim one item, so that what a side decides is exactly what was certified.
public struct ScoreGrid: Sendable, Codable, Equatable {
  /// The task.
  public let task: String
  /// The label.
  public let side: String
  /// The scale that the scores are on.
  public let scale: ScoreScale
  /// Thresholds, the strictest first, all different.
  public let thresholds: [Double]
  /// How many rows of the stream score as much as each threshold or more.
  public let above: [Int]
  /// How many rows of the stream were looked at.
  public let stream: Int

  /// How many thresholds a grid has at most.
  public static let size = 40

  /// Takes quantiles of the scores of the items that the model would put on the side.
  ///
  /// Quantiles are scores that some row has. So with two labels they pick the same items on every scale.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - side: The label.
  ///   - scale: The scale that the scores are on.
  ///   - scores: The label's probability for each row of the stream; `nil` for those that a person decides whatever they score.
  public init(task: String, side: String, scale: ScoreScale, scores: [Double?]) {
    let claimed = scores.compactMap { $0 }.filter { $0 > 0.5 }.sorted(by: >)
    var thresholds: [Double] = []
    for part in 1...Self.size {
      // As many rows as make this part, rounded up, in whole numbers.
      let rank = (claimed.count * part + Self.size - 1) / Self.size
      guard rank > 0 else { break }
      let threshold = claimed[rank - 1]
      if threshold != thresholds.last { thresholds.append(threshold) }
    }
    var (above, index) = ([Int](), 0)
    for threshold in thresholds {
      while index < claimed.count, claimed[index] >= threshold { index += 1 }
      above.append(index)
    }
    self.task = task
    self.side = side
    self.scale = scale
    self.thresholds = thresholds
    self.above = above
    stream = scores.count
  }

  /// Where the walk begins: the strictest threshold above which enough rows are to be expected.
  ///
  /// It is chosen from the rows of the stream, and from how many rows there are to certify: not from their scores.
  ///
  /// - Parameters:
  ///   - rows: How many rows there are to certify.
  ///   - least: How many of them are to be expected above it.
  /// - Returns: Its index; `nil` where even above the loosest fewer are to be expected.
  public func start(rows: Int, least: Int) -> Int? {
    guard stream > 0 else { return nil }
    return above.firstIndex { Double($0) / Double(stream) * Double(rows) >= Double(least) }
  }

  /// The bytes of its blob.
  ///
  /// - Throws: An error of the encoder, for numbers that JSON does not have.
  public func data() throws -> Data { try CanonicalJSON.encode(self) }
}
