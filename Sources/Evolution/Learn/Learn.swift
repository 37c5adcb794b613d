import Assurance
import Decoder
import Experts
import Files
import Foundation
public import Generation
import Learning
import ModelConfiguration
public import Registry
import Serving
import Streams
public import TaskModels
import Torch

/// Teaches a registry one task, or a better version of one: trained, checked, and released if every gate passes.
///
/// Nothing that was there changes. A process that dies at any moment leaves the registry as it was, or with the new version whole; the
/// same call goes on with training where it was.
public final class Learn {
  let registry: Registry
  let base: Base
  private(set) var job: LearnJob
  let name: String
  let report: (EvolutionProgress) -> Void
  let requests: () -> TaskModels.LearnRequest?
  var warnings: [String] = []
  /// Blobs of this learn: removed where it fails before a version names them.
  private var added: [BlobReference] = []

  /// - Parameter given: What is learned.
  /// - Parameter registry: Where it goes, opened for writing.
  /// - Parameter base: The registry's base.
  /// - Parameter requests: Asked after every step what somebody outside wants.
  /// - Parameter report: Told what happens.
  /// - Throws: `RegistryError` for a name that cannot be; `TaskModelError` for options.
  public init(
    _ given: LearnJob, in registry: Registry, on base: Base,
    requests: @escaping () -> TaskModels.LearnRequest? = { nil },
    report: @escaping (EvolutionProgress) -> Void = { _ in }
  ) throws {
    var job = given
    if let start = job.start { try start.apply(to: &job.options) }
    try job.options.validate()
    guard job.margin > 0, job.margin < 1 else {
      throw TaskModelError.invalidOption(
        name: "margin", got: "\(job.margin * 100)", allowed: "points above 0 and below 100")
    }
    self.registry = registry
    self.base = base
    self.job = job
    self.report = report
    self.requests = requests
    name = job.name ?? RowReader.taskName(of: job.file)
    try registry.requireUsableName(name)
    try requireBaseAsServed()
  }

  /// What is served answers on one base, held in one way: another would have to answer for the earlier tasks, and would not as they were
  /// checked. Nor would the task's own released version, with which the new one is compared.
  private func requireBaseAsServed() throws {
    let others = try registry.learnedOtherwise(than: base)
    guard let first = others.first else { return }
    let names = others.map { "\($0.version.reference)" }.listed
    let isEarlier = others.contains { $0.version.name != name }
    throw EvolutionError.unsupported(
      what:
        "the base is held in \(base.model.heldPrecision.rawValue), and \(names) \(others.count == 1 ? "was" : "were") learned and checked on it"
        + " in \(first.description.heldWords): \(isEarlier ? "earlier tasks" : "the version that a new one is compared with") would answer otherwise",
      fix: try wayToHold(
        first.description, isAlone: others.count == 1, isOfAll: registry.servedDescriptions().count == others.count))
  }

  /// Tasks of which nothing is released do not decide how the base is held, and yet cannot be released beside one that is learned otherwise.
  private func warnOfOthersHeldOtherwise() throws {
    let served = Set(try registry.servedDescriptions().map(\.version.name))
    let others = try registry.versions().filter {
      $0.state == .registered && $0.name != name && !served.contains($0.name)
    }
    let newest = Dictionary(grouping: others, by: \.name).values.compactMap { versions in
      versions.max { $0.number < $1.number }
    }
    let otherwise = newest.sorted { $0.name < $1.name }.compactMap { version in
      let manifest = try? registry.manifest(of: version)
      let description = try? manifest?.taskModel(of: "\(version.reference)").description
      return description.flatMap { $0.weights == base.model.roundedTo ? nil : (version: version, description: $0) }
    }
    guard let first = otherwise.first else { return }
    let names = otherwise.map { "\($0.version.reference)" }.listed
    warn(
      "\(names) \(otherwise.count == 1 ? "was" : "were") learned on the base held in \(first.description.heldWords), and this task is learned on it in \(base.model.heldPrecision.rawValue): one base serves all tasks, so they cannot be released together."
        + " \(first.description.weights.map { "--weights \($0.rawValue)" } ?? "Leaving --weights out") holds it as \(first.version.reference) needs it."
    )
  }

  /// What holds the base as a version needs it, which it is not.
  ///
  /// - Parameters:
  ///   - needed: The first of these versions.
  ///   - isAlone: Whether it is the only one of them.
  ///   - isOfAll: Whether all that are served are of them.
  private func wayToHold(_ needed: TaskModelDescription, isAlone: Bool, isOfAll: Bool) -> String {
    let own = "use a registry of its own, `accrete init --registry DIR`"
    let device = "the --device that \(isAlone ? "it was" : "they were") learned on"
    if needed.computesElsewhere(than: base.model) { return "Use \(device), which computes so; or \(own)." }
    if needed.weights == base.model.roundedTo {
      return "Hold it in bfloat16 for that, with --weights, or use \(device); or \(own)."
    }
    return isOfAll
      ? "Leave --weights out, which holds it as they need it; or \(own)."
      : "The other versions need it as it is now held, so that no base serves all of them: forget or roll back some, or \(own)."
  }

  /// Reads and checks the rows, takes a few steps, and says what would be learned and what that would take; nothing is kept.
  /// - Throws: What keeps the task from being learned.
  public func plan() throws -> (rows: LearnRows, plan: LearnPlan) {
    let (examples, conversations) = try examples()
    let prepared = try prepared(examples, conversations)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("learn-\(UUID().uuidString)")
    let training = try TaskModelTraining(
      name: name, rows: prepared.encoded, base: base, options: job.options, start: job.start?.expert,
      checkpoint: folder)
    return (prepared.summary, try training.plan())
  }

  /// Learns.
  /// - Throws: `TaskModelError.interrupted`; what stops it otherwise.
  public func run() throws -> LearnOutcome {
    let start = ContinuousClock.now
    try TorchRuntime.resetPeak(base.model.device)
    let lock = try registry.lockForLearning(name: name)
    defer { lock.release() }
    // Another version may have been released since this was made.
    try requireBaseAsServed()
    try warnOfOthersHeldOtherwise()
    let (examples, conversations) = try examples()
    let prepared = try prepared(examples, conversations)
    report(.rows(prepared.summary))
    let folder = try workFolder()
    let training = try TaskModelTraining(
      name: name, rows: prepared.encoded, base: base, options: job.options, start: job.start?.expert,
      checkpoint: folder.appendingPathComponent("training.safetensors"), requests: requests
    ) { [unowned self] in
      // What it warns of belongs to the outcome as well.
      if case .warning(let text) = $0 { warn(text) } else { report(.training($0)) }
    }
    let trained = try training.run()
    let outcome = try kept { try judged(made(of: trained, prepared, in: folder), trained, prepared, since: start) }
    training.discardCheckpoint()
    try? FileManager.default.removeItem(at: folder)
    return outcome
  }

  /// Takes a task in that was learned elsewhere: scored, checked and released as one that is learned here; nothing is trained.
  ///
  /// - Parameter task: The task, learned on the registry's base.
  /// - Throws: What keeps a task from being learned.
  public func adopt(_ task: LearnedTask) throws -> LearnOutcome {
    let start = ContinuousClock.now
    try TorchRuntime.resetPeak(base.model.device)
    let lock = try registry.lockForLearning(name: name)
    defer { lock.release() }
    // Another version may have been released since this was made.
    try requireBaseAsServed()
    job.method = task.method
    let prepared = try prepared(task.examples)
    report(.rows(prepared.summary))
    let folder = try workFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let learned = TaskModelTraining.Result(
      model: task.model, evidence: LearnEvidence(), seconds: task.seconds,
      trainedParameters: task.model.expert?.tensors.values.reduce(0) { $0 + $1.shape.reduce(1, *) } ?? 0)
    return try kept {
      let made = try made(of: learned, prepared, in: folder)
      try requireNew(made)
      return try judged(made, learned, prepared, since: start)
    }
  }

  /// A task that is taken in twice would be a second version that is the first.
  private func requireNew(_ made: Made) throws {
    guard try registry.newestVersion(named: name) != nil else { return }
    let roles = [VersionManifest.Role.tensors, VersionManifest.Role.head]
    for version in try registry.versions(named: name) where version.state == .registered {
      let manifest = try registry.manifest(of: version)
      guard roles.allSatisfy({ manifest.parts[$0]?.digest == made.parts[$0]?.digest }) else { continue }
      let known = try manifest.taskModel(of: "\(version.reference)").description
      guard known.weights == base.model.roundedTo else {
        throw EvolutionError.unsupported(
          what:
            "task \(name): got the very task model that \(version.reference) is, which is there for the base held in \(known.heldWords)",
          fix:
            "To have it for the base as it is held now (\(base.model.heldPrecision.rawValue)), put that version away, `accrete registry retire \(version.reference)`, and run the same command again."
        )
      }
      throw EvolutionError.unsupported(
        what: "task \(name): got the very task model that \(version.reference) is",
        fix: "Nothing is to be done; `accrete promote \(version.reference)` releases it where it is not served.")
    }
  }

  /// Remembers a blob that was added.
  func keep(_ blob: BlobReference) -> BlobReference {
    added.append(blob)
    return blob
  }

  /// Does what adds blobs: with a version, or with none of them left.
  private func kept(_ body: () throws -> LearnOutcome) throws -> LearnOutcome {
    do {
      return try body()
    } catch {
      registry.discard(added)
      throw error
    }
  }

  /// A folder of the registry for what is not a version yet.
  private func workFolder() throws -> URL {
    let folder = registry.url.appendingPathComponent("work").appendingPathComponent(name)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch CocoaError.fileWriteOutOfSpace {
      throw FileError.diskFull(path: folder.path)
    } catch {
      throw FileError.notWritable(path: folder.path, reason: error.localizedDescription)
    }
    return folder
  }

  var numerics: String { Numerics.id(threads: job.options.threads) }
}
