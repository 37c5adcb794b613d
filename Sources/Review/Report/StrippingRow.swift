public import Assurance
public import Files
public import Foundation

/// What a side did in one week, and what that was worth.
public struct StrippingRow: Sendable, Codable, Equatable {
  /// A share of rows, with its exact 95 % interval.
  public struct Share: Sendable, Codable, Equatable {
    /// Rows that have the property.
    public let count: Int
    /// Rows in all.
    public let n: Int
    /// The share; `nil` without rows.
    public let value: Double?
    /// Clopper and Pearson's interval at 95 %; 0…1 without rows.
    public let interval: Interval

    /// Takes the counts; what cannot be a share is one of no rows.
    ///
    /// - Parameters:
    ///   - count: Rows that have the property.
    ///   - n: Rows in all.
    public init(_ count: Int, of n: Int) {
      let proportion = try? Proportion(successes: count, n: n)
      self.count = proportion?.successes ?? 0
      self.n = proportion?.n ?? 0
      value = proportion.flatMap { $0.n > 0 ? $0.value : nil }
      interval = proportion?.clopperPearson() ?? Interval(low: 0, high: 1)
    }
  }

  /// The certificate in force at the end of the week, or the last one that was.
  public struct Certified: Sendable, Codable, Equatable {
    /// Its name.
    public let certificate: Digest
    /// The share of wrong ones that it allows.
    public let alpha: Double
    /// The probability with which its rows may have misled.
    public let delta: Double
    /// Its rows above τ.
    public let n: Int
    /// Wrong ones among them.
    public let k: Int
    /// τ.
    public let tau: Double

    /// Takes them from a certificate.
    ///
    /// - Parameter named: The certificate.
    public init(_ named: NamedCertificate) {
      certificate = named.digest
      (alpha, delta) = (named.certificate.alpha, named.certificate.delta)
      (n, k, tau) = (named.certificate.n, named.certificate.k, named.certificate.tau)
    }
  }

  /// What MoE-CL's rule would have decided: the largest set of rows that reaches the target, chosen on the very rows that it is judged by. It is
  /// a line to compare with.
  public struct Oracle: Sendable, Codable, Equatable {
    /// What a report calls it.
    public static let name = "oracle (test-tuned, not attainable)"

    /// Its set among the week's coin rows.
    public let threshold: EmpiricalThreshold?
    /// Coin rows of the week with a final label.
    public let rows: Int
    /// The share of them in the set.
    public let share: Double

    /// Applies the rule.
    ///
    /// - Parameters:
    ///   - threshold: Its set.
    ///   - rows: Coin rows of the week with a final label.
    public init(_ threshold: EmpiricalThreshold?, of rows: Int) {
      self.threshold = threshold
      self.rows = rows
      share = rows > 0 ? Double(threshold?.wrong.n ?? 0) / Double(rows) : 0
    }
  }

  /// The task.
  public let task: String
  /// The label.
  public let side: String
  /// The week's Monday, 00:00 UTC.
  public let week: Date
  /// Items of the task.
  public let items: Int
  /// The share of them that the side decided.
  public let stripped: Share
  /// What it was allowed to do that by; `nil` where it never was.
  public let certified: Certified?
  /// The share of right ones among what it decided, by its monitor rows: coin rows that no certificate has seen.
  public let realised: Share
  /// The share of items that have the label, by the monitor rows.
  public let prevalence: Share
  /// Items by the state that the side was in when they arrived.
  public let states: [String: Int]
  /// Items that no person had to look at: those that it decided, without those that the coin drew.
  public let saved: Int
  /// What MoE-CL's rule would have decided of the same rows.
  public let oracle: Oracle

  /// Whether the realised precision is compatible with the certificate; `nil` without certificate or rows.
  public var keepsPromise: Bool? {
    guard let certified, realised.n > 0 else { return nil }
    return realised.interval.high >= 1 - certified.alpha
  }
}
