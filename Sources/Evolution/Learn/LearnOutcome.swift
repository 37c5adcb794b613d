import Learning
public import Records
public import Registry
public import TaskModels

/// What came of `learn`.
public struct LearnOutcome: Sendable {
  public let version: VersionRecord
  /// `nil`: a gate did not pass, and nothing changed for those who ask.
  public let release: ReleaseRecord?
  public let gates: GateReport
  public let rows: LearnRows
  /// The first one is the main score.
  public let metrics: [MetricRecord]
  public let evidence: LearnEvidence
  public let head: OutputHead?
  public let receipt: Receipt
  /// What a person should know: nothing learned, a toy base.
  public let warnings: [String]
}
