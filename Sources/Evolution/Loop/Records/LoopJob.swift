public import Foundation

/// The job of one task: one row of the loop's database.
public struct LoopJob: Sendable, Codable, Equatable {
  /// The task; ``unknown`` is that of requests for which no task is found.
  public let task: String
  /// Where it stands.
  public let state: LoopState
  /// How often the state's action was begun, from 1.
  public let attempt: Int
  /// Since when it stands there.
  public let since: Date
  /// What its actions are functions of.
  public let inputs: LoopInputs
  /// What it last found.
  public let findings: LoopFindings
  /// How long it last rested or rests, in seconds.
  public let coolDown: Int
  /// Before that it does not begin; `nil`: it may.
  public let until: Date?
  /// Who asked for it by hand; `nil`: nobody.
  public let requestedBy: String?
  /// The runner that has it; `nil`: none.
  public let lease: LoopLease?

  /// The job of requests for which no task is found.
  public static let unknown = "unknown"
}

/// Which runner has a job, and how long without a sign of life.
public struct LoopLease: Sendable, Codable, Equatable {
  /// The runner.
  public let owner: String
  /// When the job is free again.
  public let until: Date

  /// Whether another runner has to leave the job alone.
  ///
  /// - Parameter runner: The runner that asks.
  /// - Parameter now: When it asks.
  func keepsOut(_ runner: String, at now: Date) -> Bool { owner != runner && until > now }
}

/// How a job goes on: the whole of what a transition writes.
struct LoopMove: Sendable, Equatable {
  var state: LoopState
  var inputs: LoopInputs
  var findings: LoopFindings
  /// How long it rests from then on; `nil`: as before.
  var coolDown: Int?
  /// Whether it rests for that long from now.
  var rests = false
}

/// Who let a candidate pass in spite of its gates. Never removed, and shown with the version for ever.
public struct LoopOverride: Sendable, Codable, Equatable {
  /// The task.
  public let task: String
  /// The candidate's gate report, as text of its digest.
  public let report: String
  /// The person who runs the loop.
  public let operatedBy: String
  /// The lead of the reviewers.
  public let leadBy: String
  /// Why.
  public let reason: String
  /// When.
  public let at: Date
}

/// Whether the loop may do anything.
public struct LoopSwitch: Sendable, Codable, Equatable {
  /// Whether it is stopped.
  public let isStopped: Bool
  /// Whether every item goes to people, too.
  public let stopsReview: Bool
  /// The release that stays while it is stopped; `nil`: there was none.
  public let release: Int?
  /// Who stopped or started it; `nil`: nobody ever did.
  public let by: String?
  /// When; `nil`: never.
  public let at: Date?
  /// Why.
  public let reason: String?
  /// Who has asked to start it again, and waits for a second person.
  public let startAskedBy: String?

  /// Nobody ever touched it: the loop is on.
  ///
  /// - Parameter asked: Who has asked to start it.
  public static func untouched(asked: String? = nil) -> LoopSwitch {
    LoopSwitch(isStopped: false, stopsReview: false, release: nil, by: nil, at: nil, reason: nil, startAskedBy: asked)
  }
}
