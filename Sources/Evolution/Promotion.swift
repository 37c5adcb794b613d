import Assurance
import Files
public import Registry
import Serving
import TaskModels

extension Registry {
  /// Releases a version that is there.
  ///
  /// - Parameter reference: Which.
  /// - Parameter reason: Why; a version that a gate held back is released for a reason only.
  /// - Parameter actor: Who does it.
  /// - Throws: ``EvolutionError/unsupported(what:fix:)`` without a reason, and where it was learned on the base held otherwise than the
  ///   released versions were; `RegistryError`.
  public func promote(_ reference: VersionReference, reason: String?, actor: String) throws -> ReleaseRecord {
    let version = try version(reference)
    let gates = try gates(of: version)
    // Another registry's reason for an override is none here.
    let isHeld = gates.last.map { $0.verdict != .pass } ?? false
    guard !isHeld || reason.map({ !$0.isEmpty }) ?? false else {
      throw EvolutionError.unsupported(
        what: "\(version.reference): a gate did not pass, so it can only be released with a reason",
        fix: "See `accrete show \(version.reference)`, and give the reason with --reason.")
    }
    let current = try currentRelease()
    if let current, current.manifest.experts[version.name] == version.digest { return current.record }
    try requireHeldAlike(version, in: current?.manifest)
    let numerics = try manifest(of: version).numerics
    // What the gates said of it was said beside another release, or in another registry: its position in the router is a new question.
    let old = current?.manifest ?? ReleaseManifest(experts: [:], numerics: numerics)
    let position = try routerEntry(version.name, version.digest, handicap: 0).map { entry in
      let view = try usualView(of: entry)
      // They are for the tasks that come later: what cannot be measured is refused before it is served.
      _ = try storedRequests(of: version, width: requestWidth(view))
      return try self.position(of: entry, in: old, view: view)
    }
    if let position, !position.gate.verdict.isPass, reason?.isEmpty ?? true {
      throw EvolutionError.unsupported(
        what: "\(version.reference): \(position.gate.finding)",
        fix: "Say with --reason why it is released all the same.")
    }
    let override = isHeld ? gates.last.map { GateRecord(verdict: .override, report: $0.report, reason: reason) } : nil
    return try released(
      version, replacing: current, entry: position?.entry, numerics: numerics, override: override, reason: reason,
      actor: actor)
  }

  /// One base serves all tasks, held in one way: another would change what the others answer, or what this one does.
  ///
  /// - Parameter version: What is to be served.
  /// - Parameter release: What it is served beside; a version of the same task makes room for it.
  /// - Throws: ``EvolutionError/unsupported(what:fix:)``.
  func requireHeldAlike(_ version: VersionRecord, in release: ReleaseManifest?) throws {
    let own = try manifest(of: version).taskModel(of: "\(version.reference)").description
    let others = try (release.map { try descriptions(in: $0) } ?? []).filter {
      $0.version.name != version.name && $0.description.weights != own.weights
    }
    guard let first = others.first else { return }
    throw EvolutionError.unsupported(
      what:
        "\(version.reference) was learned on the base held in \(own.heldWords), and \(others.map { "\($0.version.reference)" }.listed) in \(first.description.heldWords): one base serves all of them",
      fix:
        "Keep it in a registry of its own, or learn it again here; a run that `accrete registry add` took in is taken in once more after `accrete registry retire \(version.reference)`."
    )
  }

  /// Takes a task out of the release, and adds the router up again without it.
  ///
  /// - Parameter name: The task.
  /// - Parameter now: Whether its blobs are removed at once.
  /// - Parameter reason: Why, for the audit.
  /// - Parameter actor: Who does it.
  /// - Throws: `RegistryError.restsOn(name:dependents:)` where another version rests on its atoms.
  public func forgetTask(_ name: String, now: Bool, reason: String?, actor: String) throws -> Forgotten {
    let current = try currentRelease()
    guard let current, current.manifest.experts[name] != nil else {
      return try forget(
        name, publishing: nil, expecting: current?.record.revision, now: now, reason: reason, actor: actor)
    }
    let left = current.manifest.experts.filter { $0.key != name }
    let manifest = try composed(left, like: current.manifest, numerics: current.manifest.numerics)
    return try forget(
      name, publishing: manifest, expecting: current.record.revision, now: now, reason: reason, actor: actor)
  }
}
