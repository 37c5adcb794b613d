import Assurance
public import Files

/// What COLLECT froze.
public struct CollectedRows: Sendable, Equatable {
  /// The blob with the rows' digests and what each may do.
  public let rows: Digest
  /// Rows that may teach.
  public let count: Int

  /// Describes frozen rows.
  ///
  /// - Parameter rows: The blob with the rows' digests.
  /// - Parameter count: Rows that may teach.
  public init(rows: Digest, count: Int) {
    self.rows = rows
    self.count = count
  }
}

/// What CLEAN made.
public struct CleanedRows: Sendable, Equatable {
  /// The file to learn from: rows to learn from, to choose on, and to gate on.
  public let set: Digest
  /// What was dropped, and why.
  public let report: Digest
  /// Rows that may teach and were kept.
  public let count: Int
  /// What the scan for poison found, in words; `nil`: nothing.
  public let suspicion: String?

  /// Describes a training set.
  ///
  /// - Parameter set: The file to learn from.
  /// - Parameter report: What was dropped, and why.
  /// - Parameter count: Rows that may teach and were kept.
  /// - Parameter suspicion: What the scan for poison found.
  public init(set: Digest, report: Digest, count: Int, suspicion: String? = nil) {
    self.set = set
    self.report = report
    self.count = count
    self.suspicion = suspicion
  }
}

/// How far training is.
public enum TrainingStatus: Sendable, Equatable {
  /// It goes on.
  case running
  /// It made a version.
  case trained(Digest)
  /// It ended without one.
  case failed(String)
}

/// What the gates said of a candidate.
public struct GatedCandidate: Sendable, Equatable {
  /// The blob with every gate's numbers.
  public let report: Digest
  /// The gates.
  public let gates: [Gate]
  /// The share of rows on which candidate and predecessor differ.
  public let discordant: Double

  /// Describes a gated candidate.
  ///
  /// - Parameter report: The blob with every gate's numbers.
  /// - Parameter gates: The gates.
  /// - Parameter discordant: The share of rows on which candidate and predecessor differ.
  public init(report: Digest, gates: [Gate], discordant: Double) {
    self.report = report
    self.gates = gates
    self.discordant = discordant
  }

  /// Why it does not pass; `nil`: it does. Too few rows are named where nothing worse was found.
  var refusal: (reason: LoopReason, note: String)? {
    let failed = gates.filter { $0.verdict == .fail }
    let weak = gates.filter { !$0.verdict.isPass && $0.verdict != .fail }
    guard !gates.isEmpty else { return (.gate, "no gate was asked") }
    guard let first = failed.first ?? weak.first else { return nil }
    let others = failed.count + weak.count - 1
    let more = others == 0 ? "" : "; \(others) more did not pass"
    guard failed.isEmpty, case .underpowered(n: let n, needed: let needed) = first.verdict else {
      return (.gate, "\(first.id): \(first.finding)\(more)")
    }
    return (.underpowered, "\(first.id): underpowered: n = \(n), needs \(needed)\(more)")
  }
}

/// What CERTIFY made.
public struct CertifiedCandidate: Sendable, Equatable {
  /// The certificates of the release.
  public let certificates: [Digest]
  /// The manifest of the release that will be published.
  public let manifest: Digest
  /// Gate G5: whether every side that decides by itself is certified for this release.
  public let gate: Gate

  /// Describes a release that can be published.
  ///
  /// - Parameter certificates: Its certificates.
  /// - Parameter manifest: Its manifest.
  /// - Parameter gate: Gate G5.
  public init(certificates: [Digest], manifest: Digest, gate: Gate) {
    self.certificates = certificates
    self.manifest = manifest
    self.gate = gate
  }
}

/// What two releases decided of one coin row.
public struct ShadowPair: Sendable, Equatable {
  /// The event that made its label final.
  public let sequence: Int
  /// Whether what was served first is right.
  public let servedIsRight: Bool
  /// Whether the candidate is right.
  public let candidateIsRight: Bool

  /// Describes a pair of decisions.
  ///
  /// - Parameter sequence: The event that made the row's label final.
  /// - Parameter servedIsRight: Whether what was served first is right.
  /// - Parameter candidateIsRight: Whether the candidate is right.
  public init(sequence: Int, servedIsRight: Bool, candidateIsRight: Bool) {
    self.sequence = sequence
    self.servedIsRight = servedIsRight
    self.candidateIsRight = candidateIsRight
  }
}
