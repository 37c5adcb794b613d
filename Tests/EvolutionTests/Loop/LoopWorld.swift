import Files
import Foundation
import Synchronization

@testable import Assurance
@testable import Evolution

/// A process that died at a point.
struct Killed: Error {}

/// A disk, a release and what people label, for tests of the loop: what outlives every process.
final class LoopWorld: LoopActions {
  /// What happens, by task, and what the world keeps.
  struct Contents: Sendable {
    var now = LoopWorld.start
    var blobs: [Digest: Data] = [:]
    /// Manifests of all releases, the first one first; the last one is served.
    var releases: [Digest] = []
    /// Tasks, with what is known of them beside their labels.
    var facts: [String: LoopFacts] = [:]
    var collected = 1000
    var cleaned = 1000
    /// Tasks whose rows a scan finds something in.
    var poisoned: Set<String> = []
    /// What a gate says at each look; where nothing is said it passes.
    var verdicts: [String: [Int: GateVerdict]] = [:]
    /// Attempts of training that fail.
    var failures: [String: Int] = [:]
    var trainingSeconds = 0.0
    /// The share of the pairs on which the releases differ, and among these the share on which the candidate is wrong.
    var differing = 0.0
    var candidateWrong = 0.5
    var arms: (candidate: ArmMeasures, served: ArmMeasures) = (ArmMeasures(), ArmMeasures())
    var stoppedSides: [String: String] = [:]
    /// Tasks before whose first promotion somebody else makes a release.
    var others: Set<String> = []
    var suspended: [String] = []
    /// Errors that an action throws, in turn, by state.
    var errors: [LoopState: [any AccreteError]] = [:]
    /// Actions that were begun, by state.
    var begun: [LoopState: Int] = [:]
    var peopleDecide: Set<String> = []
    /// What G5 says.
    var certified = GateVerdict.pass
  }

  private let contents = Mutex(Contents())

  static let start = Date(timeIntervalSince1970: 1_800_000_000)
  /// Events an hour: each is a final label, and a pair of decisions while two releases decide.
  static let eventsAnHour = 100

  /// Events until now.
  private static func events(_ contents: Contents) -> Int {
    Int(contents.now.timeIntervalSince(start) / 3600 * Double(eventsAnHour))
  }

  func with<Result: Sendable>(_ body: (inout Contents) -> Result) -> Result { contents.withLock { body(&$0) } }

  var now: Date { with { $0.now } }
  func advance(_ seconds: Double) { with { $0.now.addTimeInterval(seconds) } }

  private func begin(_ state: LoopState) throws {
    let error = with { contents -> (any AccreteError)? in
      contents.begun[state, default: 0] += 1
      return contents.errors[state]?.isEmpty == false ? contents.errors[state]?.removeFirst() : nil
    }
    if let error { throw error }
  }

  /// Stores a blob that is a function of the inputs.
  private func put(_ job: LoopJob, _ what: String) -> Digest {
    let data = Data("\(what) of \(job.task), rows \(job.inputs.after)…\(job.inputs.sequence ?? 0)".utf8)
    let digest = Digest(of: data)
    with { $0.blobs[digest] = data }
    return digest
  }

  func tasks() -> [String] { with { $0.facts.keys.sorted() } }

  func facts(of task: String, after: Int) throws -> LoopFacts {
    try begin(.idle)
    return with { contents in
      var facts = contents.facts[task] ?? LoopFacts(sequence: 0)
      facts.sequence = Self.events(contents)
      facts.newLabels = max(facts.sequence - after, 0)
      return facts
    }
  }

  func collect(_ job: LoopJob) throws -> CollectedRows {
    try begin(.collect)
    return CollectedRows(rows: put(job, "rows"), count: with { $0.collected })
  }

  func clean(_ job: LoopJob) throws -> CleanedRows {
    try begin(.clean)
    let (count, isPoisoned) = with { ($0.cleaned, $0.poisoned.contains(job.task)) }
    return CleanedRows(
      set: put(job, "set"), report: put(job, "cleaning"), count: count,
      suspicion: isPoisoned ? "\"xq\" stands in 250 rows of one source" : nil)
  }

  func train(_ job: LoopJob) throws -> TrainingStatus {
    try begin(.train)
    let (failures, seconds, now) = with { ($0.failures[job.task] ?? 0, $0.trainingSeconds, $0.now) }
    if job.attempt <= failures { return .failed("ended with exit code 70") }
    guard job.since.addingTimeInterval(seconds) <= now else { return .running }
    return .trained(put(job, "version"))
  }

  func suspend(_ task: String) { with { $0.suspended.append(task) } }

  func servedRelease() -> Int? { with { $0.releases.isEmpty ? nil : $0.releases.count } }

  func gate(_ job: LoopJob) throws -> GatedCandidate {
    try begin(.gate)
    let verdict = with { $0.verdicts[job.task]?[job.inputs.look ?? 0] }
    let gate = Gate("G3", "Is it good?", verdict ?? .pass, finding: "found")
    return GatedCandidate(report: put(job, "report \(job.inputs.release ?? 0)"), gates: [gate], discordant: 0.1)
  }

  func certify(_ job: LoopJob) throws -> CertifiedCandidate {
    try begin(.certify)
    return CertifiedCandidate(
      certificates: [put(job, "certificate \(job.inputs.release ?? 0)")],
      manifest: put(job, "release \(job.inputs.release ?? 0)"),
      gate: Gate("G5", "Is it certified?", with { $0.certified }, finding: "one side"))
  }

  func pairs(_ job: LoopJob, after: Int) throws -> [ShadowPair] {
    try begin(job.state)
    let (last, differing, wrong) = with { (Self.events($0), $0.differing, $0.candidateWrong) }
    guard after < last else { return [] }
    return (after + 1...last).map { sequence in
      var random = SplitMix(seed: UInt64(sequence))
      let isDiffering = Double(random.below(10_000)) < differing * 10_000
      let isWrong = Double(random.below(10_000)) < wrong * 10_000
      return ShadowPair(
        sequence: sequence, servedIsRight: !isDiffering || isWrong, candidateIsRight: !isDiffering || !isWrong)
    }
  }

  func measures(_ job: LoopJob, since: Date) -> (candidate: ArmMeasures, served: ArmMeasures) { with { $0.arms } }

  func promote(_ job: LoopJob) throws -> Int {
    try begin(.promote)
    guard let manifest = job.inputs.manifest else {
      throw LoopError.missing(task: job.task, state: job.state, what: "a release")
    }
    let found: Int? = with { contents in
      if contents.others.remove(job.task) != nil {
        contents.releases.append(Digest(of: Data("somebody's \(contents.releases.count)".utf8)))
      }
      if contents.releases.last == manifest { return contents.releases.count }
      guard (contents.releases.isEmpty ? nil : contents.releases.count) == job.inputs.release else { return nil }
      contents.releases.append(manifest)
      return contents.releases.count
    }
    guard let found else { throw LoopError.moved(expected: job.inputs.release, found: servedRelease()) }
    return found
  }

  func stoppedSide(_ job: LoopJob) -> String? { with { $0.stoppedSides[job.task] } }

  func rollback(_ job: LoopJob) throws {
    try begin(.rollback)
    with { contents in
      contents.peopleDecide.insert(job.task)
      guard job.inputs.promoted == contents.releases.count, let before = job.inputs.release,
        contents.releases.indices.contains(before - 1), contents.releases.last == job.inputs.manifest
      else { return }
      contents.releases.append(contents.releases[before - 1])
    }
  }
}
