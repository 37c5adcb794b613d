public import Files
public import Foundation

/// What two releases say of one row.
public struct CarriedRow: Sendable, Equatable {
  /// What one release says of it.
  public struct Answer: Sendable, Equatable {
    /// Where it was routed; `nil` where it was unknown.
    public let task: String?
    /// The labels' scores.
    public let scores: [Double]

    /// Takes an answer.
    ///
    /// - Parameters:
    ///   - task: Where the row was routed.
    ///   - scores: The labels' scores.
    public init(task: String?, scores: [Double]) {
      self.task = task
      self.scores = scores
    }

    /// Whether another answer is the same, bit for bit.
    func isIdentical(to other: Answer) -> Bool {
      (task.map { Array($0.utf8) } == other.task.map { Array($0.utf8) })
        && scores.map(\.bitPattern) == other.scores.map(\.bitPattern)
    }
  }

  /// The item's digest.
  public let item: Digest
  /// What the old release says.
  public let before: Answer
  /// What the new release says.
  public let after: Answer

  /// Takes what both say.
  ///
  /// - Parameters:
  ///   - item: The item's digest.
  ///   - before: What the old release says.
  ///   - after: What the new release says.
  public init(item: Digest, before: Answer, after: Answer) {
    self.item = item
    self.before = before
    self.after = after
  }
}

extension Certificate {
  /// How many days a certificate that was carried over holds, unless it would have expired before.
  public static let carriedDays = 7

  /// The certificate for a release that routes and scores every row as the one before did, bit for bit.
  ///
  /// The rule is then the same on these rows, not on all there may be. So it has to be proved anew within ``carriedDays``, and a certificate
  /// that was carried over before gets no more time.
  ///
  /// - Parameters:
  ///   - bindings: The models of the new release.
  ///   - digest: The name of this certificate.
  ///   - certified: The rows that it rests on.
  ///   - answers: What both releases say of them.
  ///   - now: When it is.
  /// - Throws: ``CertificationError/answersDiffer(task:label:row:)`` for a row that the releases answer otherwise, or that has no answer;
  ///   ``CertificationError/expired(task:label:)``.
  public func carried(
    to bindings: CertificateBindings, named digest: Digest, over certified: CertifiedRows, answers: [CarriedRow],
    at now: Date
  ) throws -> Certificate {
    guard !isExpired(at: now) else { throw CertificationError.expired(task: task, label: side) }
    let identical = Set(answers.filter { $0.before.isIdentical(to: $0.after) }.map(\.item))
    let different = answers.first { !$0.before.isIdentical(to: $0.after) }?.item
    if let row = different ?? certified.rows.first(where: { !identical.contains($0.item) })?.item {
      throw CertificationError.answersDiffer(task: task, label: side, row: row)
    }
    let seconds = Int(saturating: now.timeIntervalSince1970)
    return Certificate(
      schema: schema, task: task, side: side, labels: labels, tau: tau, alpha: alpha, delta: delta, look: look,
      level: level, n: n, k: k, upper: upper, grid: grid, rows: rows, from: from, to: to, issued: seconds,
      prevalence: prevalence, confusion: confusion, histogram: histogram, scale: scale, expert: bindings.expert,
      base: bindings.base, router: bindings.router, template: bindings.template, labelerAgreement: labelerAgreement,
      purpose: purpose, carriedFrom: digest,
      expires: Expiry(at: min(expires.at, seconds.after(days: Self.carriedDays)), items: expires.items))
  }
}
