import Files
public import Foundation

/// Moves the jobs of the loop, one state at a time.
///
/// It keeps nothing that a restart would miss: a job's row says where it stands, and its inputs what to do. Runners of several processes
/// may work on one registry; a job is one runner's as long as that shows signs of life.
public final class LoopRunner: Sendable {
  let store: LoopStore
  let actions: any LoopActions
  let policy: LoopPolicy
  let owner: String
  let clock: @Sendable () -> Date
  private let reach: @Sendable (LoopPoint) throws -> Void

  /// Makes a runner.
  ///
  /// - Parameter store: The loop's database.
  /// - Parameter actions: What the loop does.
  /// - Parameter policy: The numbers by which it runs.
  /// - Parameter owner: Names this runner among others: one name, one process.
  /// - Parameter clock: Says when it is.
  /// - Throws: ``LoopError/policy(name:got:allowed:)``.
  public convenience init(
    _ store: LoopStore, actions: any LoopActions, policy: LoopPolicy = LoopPolicy(), owner: String,
    clock: @escaping @Sendable () -> Date
  ) throws {
    try self.init(store, actions: actions, policy: policy, owner: owner, clock: clock, reach: { _ in })
  }

  /// - Parameter reach: Told every point at which a process may die; a test throws there.
  init(
    _ store: LoopStore, actions: any LoopActions, policy: LoopPolicy, owner: String,
    clock: @escaping @Sendable () -> Date, reach: @escaping @Sendable (LoopPoint) throws -> Void
  ) throws {
    try policy.validate()
    self.store = store
    self.actions = actions
    self.policy = policy
    self.owner = owner
    self.clock = clock
    self.reach = reach
  }

  /// More transitions of one job than there are states in a row; what remains is for the next pass.
  private static let mostSteps = 16

  /// Does everything that can be done now.
  ///
  /// - Returns: What was done, and what could not be.
  /// - Throws: An error of the loop's database. What a job's action throws is in the result: other jobs go on.
  public func pass() throws -> LoopPass {
    var pass = LoopPass()
    guard try !store.switchState().isStopped else {
      for job in try store.jobs() where job.state == .train { actions.suspend(job.task) }
      pass.isStopped = true
      return pass
    }
    for task in try actions.tasks() { try store.add(task, at: clock()) }
    for known in try store.jobs() {
      // What a person has stopped learns no further.
      if known.state == .held { actions.suspend(known.task) }
      guard let job = try store.take(known.task, for: owner, at: clock(), seconds: policy.lease) else {
        pass.taken.append(known.task)
        continue
      }
      do {
        try advance(job, &pass)
      } catch let error as LoopError where error.category == .stale || error.category == .busy {
        // Somebody was first: the next pass looks again.
        pass.problems.append(LoopPass.Problem(task: job.task, error: "\(error)"))
      } catch LoopError.stopped {
        pass.isStopped = true
        return pass
      }
    }
    return pass
  }

  /// Lets all training of this process write a checkpoint and end.
  ///
  /// - Throws: An error of the loop's database.
  public func suspend() throws {
    for job in try store.jobs() { actions.suspend(job.task) }
  }

  private func advance(_ taken: LoopJob, _ pass: inout LoopPass) throws {
    var job = taken
    for _ in 0..<Self.mostSteps {
      let next: LoopJob?
      do {
        next = try step(job)
      } catch let failure as LoopActionFailure {
        pass.problems.append(LoopPass.Problem(task: job.task, error: failure.text))
        return
      }
      guard let next else { return }
      pass.moves.append(LoopPass.Move(task: job.task, from: job.state, to: next.state, reason: next.findings.reason))
      job = next
    }
  }

  /// Writes a transition.
  func move(
    _ job: LoopJob, to state: LoopState, _ findings: LoopFindings = LoopFindings(), coolDown: Int? = nil,
    rests: Bool = false, _ change: (inout LoopInputs) -> Void = { _ in }
  ) throws -> LoopJob {
    var inputs = job.inputs
    change(&inputs)
    let move = LoopMove(state: state, inputs: inputs, findings: findings, coolDown: coolDown, rests: rests)
    try passes(job, .found)
    let next = try store.move(job, move, by: owner, at: clock()) { try passes(job, .committing) }
    try passes(job, .moved)
    return next
  }

  /// Says that a point is reached at which a process may die.
  func passes(_ job: LoopJob, _ moment: LoopPoint.Moment) throws {
    try reach(LoopPoint(job: job, moment: moment))
  }

  /// Runs an action; what it throws is told apart from what the loop's database throws.
  ///
  /// - Returns: What it found, or the error that holds the job.
  /// - Throws: ``LoopActionFailure`` where the same may succeed later.
  func acted<Result>(_ job: LoopJob, _ body: () throws -> Result) throws -> Swift.Result<Result, LoopActionFailure> {
    try passes(job, .begun)
    do {
      return .success(try body())
    } catch {
      let failure = LoopActionFailure(error)
      guard failure.isLasting else { throw failure }
      return .failure(failure)
    }
  }
}

/// A point at which a process may die.
struct LoopPoint: Sendable, Equatable {
  /// When in a state's action.
  enum Moment: String, Sendable, CaseIterable { case begun, found, committing, moved }

  let job: LoopJob
  let moment: Moment
}

/// What an action threw.
struct LoopActionFailure: Error {
  /// The error in words.
  let text: String
  /// Whether the same would fail again.
  let isLasting: Bool

  init(_ error: any Error) {
    text = "\(error)"
    switch ErrorCategory(of: error) {
    case .busy, .stale, .resources, .inputOutput, .interrupted: isLasting = false
    default: isLasting = true
    }
  }
}

/// What one pass of a runner did.
public struct LoopPass: Sendable, Equatable {
  /// One transition.
  public struct Move: Sendable, Encodable, Equatable {
    /// The job's task.
    public let task: String
    /// Where it was.
    public let from: LoopState
    /// Where it is.
    public let to: LoopState
    /// Why, where it did not go the usual way.
    public let reason: LoopReason?
  }

  /// What could not be done, and is tried again.
  public struct Problem: Sendable, Equatable {
    /// The job's task.
    public let task: String
    /// Why.
    public let error: String
  }

  /// The transitions, in order.
  public var moves: [Move] = []
  /// What is tried again.
  public var problems: [Problem] = []
  /// Tasks whose jobs other runners have.
  public var taken: [String] = []
  /// Whether the loop is stopped.
  public var isStopped = false
}
