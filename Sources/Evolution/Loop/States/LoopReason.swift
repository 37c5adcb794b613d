/// Why a job is where it is, in a word that programs compare. `LoopFindings.note` says it in a sentence.
public enum LoopReason: String, Sendable, Codable, CaseIterable {
  /// Fewer rows than a task is learned from.
  case tooFew = "too_few"
  /// The scan for poison found something: a person looks at the rows.
  case poison
  /// Cleaning failed.
  case cleaning
  /// The child process failed as often as it may.
  case training
  /// A gate failed.
  case gate
  /// A gate had too few rows to say anything.
  case underpowered
  /// Another release was made meanwhile, so the gates are asked again.
  case moved
  /// Shadow decisions show that the candidate is worse.
  case harm
  /// Shadow decisions said nothing for as long as they may.
  case undecided
  /// A guard of the canary was broken.
  case guardBroken = "guard"
  /// A side of the task was stopped by its alarm while the release was watched.
  case side
  /// A person held the job.
  case person
  /// A person let it go on in spite of a gate.
  case override
  /// The release was taken back.
  case rolledBack = "rolled_back"
  /// The watch ended well.
  case watched
  /// Certificates could not be computed.
  case certificates
}
