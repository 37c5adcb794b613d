public import Foundation

/// What the loop does: the one seam between its states and the world. Production, simulation and tests each have one.
///
/// Every action is a function of the job's inputs. It may be called again with the same inputs, after a process died at any moment, and
/// has to find what it did: blobs by their digests, a version by its manifest, a release by what it serves. What an action throws holds
/// the job, but where its category says that the same may succeed later (busy, stale, resources, input and output).
public protocol LoopActions: Sendable {
  /// The tasks that have jobs.
  func tasks() throws -> [String]

  /// What is known of a task whose job is idle.
  ///
  /// - Parameter task: The task.
  /// - Parameter after: The last event whose rows the set before has used.
  func facts(of task: String, after: Int) throws -> LoopFacts

  /// Freezes which rows are used: those up to the job's sequence.
  ///
  /// - Parameter job: The job.
  func collect(_ job: LoopJob) throws -> CollectedRows

  /// Makes the training set of the frozen rows.
  ///
  /// - Parameter job: The job.
  func clean(_ job: LoopJob) throws -> CleanedRows

  /// Begins training or looks how far it is; returns at once.
  ///
  /// - Parameter job: The job.
  func train(_ job: LoopJob) throws -> TrainingStatus

  /// Lets training write a checkpoint and end, so that ``train(_:)`` goes on from it later.
  ///
  /// - Parameter task: The task.
  func suspend(_ task: String)

  /// The revision of the release that is served; `nil`: there is none.
  func servedRelease() throws -> Int?

  /// Asks all gates of the candidate, beside the release that the job names.
  ///
  /// - Parameter job: The job.
  func gate(_ job: LoopJob) throws -> GatedCandidate

  /// Computes certificates for every side whose expert, router or template is another one, and the release that will be published.
  ///
  /// - Parameter job: The job.
  func certify(_ job: LoopJob) throws -> CertifiedCandidate

  /// What both releases decided of coin rows whose final label is known, in the order of their events.
  ///
  /// - Parameter job: The job.
  /// - Parameter after: The last event that was counted.
  func pairs(_ job: LoopJob, after: Int) throws -> [ShadowPair]

  /// What both arms of the canary did.
  ///
  /// - Parameter job: The job.
  /// - Parameter since: From when on.
  func measures(_ job: LoopJob, since: Date) throws -> (candidate: ArmMeasures, served: ArmMeasures)

  /// Publishes the candidate's release, if the release that the gates compared with is still served.
  ///
  /// - Parameter job: The job.
  /// - Returns: The new revision; the same one where it was published already.
  /// - Throws: ``LoopError/moved(expected:found:)`` where another release is served.
  func promote(_ job: LoopJob) throws -> Int

  /// The side of the task that its alarm has stopped since the release was published; `nil`: none.
  ///
  /// - Parameter job: The job.
  func stoppedSide(_ job: LoopJob) throws -> String?

  /// Sends the task's items to people, brings back the release before the job's, and checks the old certificates again.
  ///
  /// - Parameter job: The job.
  func rollback(_ job: LoopJob) throws
}
