public import Assurance
public import Files

/// What lets a side decide by itself: of the items that score τ or more, at most the share α is wrong, with the confidence 1 − δ; for exactly
/// these models, and until it expires.
///
/// "Wrong" is: other than the final label of people. It is a blob of canonical JSON, named by its digest.
public struct Certificate: Sendable, Codable, Equatable {
  /// Until when it holds, whichever comes first.
  public struct Expiry: Sendable, Codable, Equatable {
    /// Seconds since 1970.
    public let at: Int
    /// Items that the side may decide.
    public let items: Int

    /// Sets both.
    ///
    /// - Parameters:
    ///   - at: Seconds since 1970.
    ///   - items: Items that the side may decide.
    public init(at: Int, items: Int) {
      self.at = at
      self.items = items
    }
  }

  /// Whether it may be used for items of the stream.
  public enum Purpose: String, Sendable, Codable {
    /// It rests on rows that the coin drew from the stream.
    case production
    /// It rests on a file, in which labels are as frequent as its maker chose.
    case notForProduction = "not for production"
  }

  /// The form of the file.
  public static let currentSchema = 1

  /// The form of the file: ``currentSchema``.
  public let schema: Int
  /// The task.
  public let task: String
  /// The label that items are decided as.
  public let side: String
  /// The task's labels, in the order of the scores.
  public let labels: [String]
  /// τ: the side decides items whose probability is this or more.
  public let tau: Double
  /// α: the largest share of wrong ones; 1 less the precision.
  public let alpha: Double
  /// δ: the probability with which the rows may have misled us, over all looks at them; 1 less the confidence.
  public let delta: Double
  /// Which look at these rows it was, from 1.
  public let look: Int
  /// The part of δ that this look had: δ · 6 / (π² look²).
  public let level: Double
  /// Rows above τ.
  public let n: Int
  /// Wrong ones among them.
  public let k: Int
  /// The one-sided upper bound of the share of wrong ones (Clopper and Pearson) at 1 − ``level``.
  public let upper: Double
  /// The blob of the thresholds: ``ScoreGrid``.
  public let grid: Digest
  /// The blob of the rows: ``CertifiedRows``.
  public let rows: Digest
  /// When the first of the rows arrived, seconds since 1970.
  public let from: Int
  /// When the last of them arrived, seconds since 1970.
  public let to: Int
  /// When it was issued, seconds since 1970.
  public let issued: Int
  /// The share of the rows that have the side's label.
  public let prevalence: Double
  /// Rows by their label, and by the label that is most probable to the model; in the order of ``labels``.
  public let confusion: [[Int]]
  /// Rows by their probability, in parts of equal width from 0 to 1.
  public let histogram: [Int]
  /// How the probability comes from the scores.
  public let scale: TemperatureScaling
  /// The version that gives the scores.
  public let expert: Digest
  /// The base that it is an expert on.
  public let base: Digest
  /// What finds an item's task.
  public let router: Digest?
  /// What makes a prompt of an item.
  public let template: Digest?
  /// How far people agree with each other where neither saw what the other or the model said.
  public let labelerAgreement: LabelerAgreement
  /// Whether it may be used for items of the stream.
  public let purpose: Purpose
  /// The certificate that it was carried over from, to a release that answers as the one before.
  public let carriedFrom: Digest?
  /// Until when it holds.
  public let expires: Expiry

  enum CodingKeys: String, CodingKey {
    case schema, task, side, labels, tau, alpha, delta, look, level, n, k, upper, grid, rows, from, to, issued
    case prevalence, confusion, histogram, scale, expert, base, router, template
    case labelerAgreement = "labeler_agreement"
    case purpose
    case carriedFrom = "carried_from"
    case expires
  }
}

/// How often two people gave one label to a row that both saw without any other opinion.
public struct LabelerAgreement: Sendable, Codable, Equatable {
  /// Rows that two people labelled.
  public let n: Int
  /// Rows to which both gave the same label.
  public let same: Int

  /// Takes the counts.
  ///
  /// - Parameters:
  ///   - n: Rows that two people labelled.
  ///   - same: Rows to which both gave the same label.
  public init(n: Int, same: Int) {
    self.n = n
    self.same = same
  }

  /// The share of equal labels; `nil` without rows.
  public var value: Double? { n > 0 ? Double(same) / Double(n) : nil }
}
