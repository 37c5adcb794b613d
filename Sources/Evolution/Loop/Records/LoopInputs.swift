public import Files
public import Foundation

/// What a job's actions are functions of: each state adds what it found, and nothing is changed afterwards.
///
/// A process that dies leaves them as they are. The next one does the same with the same inputs, and finds by its digest what was done.
public struct LoopInputs: Sendable, Codable, Equatable {
  /// Why the job began.
  public var trigger: LoopTrigger?
  /// When it began.
  public var triggered: Date?
  /// The last event whose rows the set before has used: what is new is counted from there.
  public var after: Int
  /// The last event whose rows are used.
  public var sequence: Int?
  /// COLLECT: the frozen list of rows.
  public var rows: Digest?
  /// CLEAN: the rows to learn from, to choose on and to gate on, as a file.
  public var set: Digest?
  /// CLEAN: what was dropped, and why.
  public var cleaning: Digest?
  /// TRAIN: the candidate's version.
  public var candidate: Digest?
  /// GATE: how often rows of this gate were looked at, this time included.
  public var look: Int?
  /// GATE: the release that the candidate was compared with; `nil`: there was none.
  public var release: Int?
  /// GATE: the report of all gates.
  public var report: Digest?
  /// GATE: the share of rows on which candidate and predecessor differ, before any shadow decision; the shadow's bets are sized by it.
  public var discordant: Double?
  /// Who let the candidate pass in spite of its gates; `nil`: it passed, or was not asked yet.
  public var override: LoopOverride?
  /// CERTIFY: the certificates of the candidate's release.
  public var certificates: [Digest]
  /// CERTIFY: the release that will be published.
  public var manifest: Digest?
  /// PROMOTE: the release that was published.
  public var promoted: Int?

  /// Describes a job about which nothing is known.
  ///
  /// - Parameter after: The last event whose rows an earlier set has used.
  public init(after: Int = 0) {
    self.after = after
    certificates = []
  }

  /// The inputs of a job that ended: what is new is counted from the rows that it has used.
  func ended() -> LoopInputs { LoopInputs(after: sequence ?? after) }

  /// The same, to be gated again: the candidate stays, what was compared with a release goes.
  func gatedAgain() -> LoopInputs {
    var inputs = LoopInputs(after: after)
    (inputs.trigger, inputs.triggered, inputs.sequence) = (trigger, triggered, sequence)
    (inputs.rows, inputs.set, inputs.cleaning, inputs.candidate) = (rows, set, cleaning, candidate)
    return inputs
  }
}
