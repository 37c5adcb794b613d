import AuditedDatabase
import Files
import Foundation
package import Learning
public import Registry
public import Serving
import TaskModels

extension Registry {
  /// A release like the current one, in which one task has another version.
  ///
  /// - Parameter version: The version that is to be served.
  /// - Parameter current: The release that it replaces, as it was read: somebody else's in between is noticed.
  /// - Parameter entry: The task's position in the router; `nil`: with what the version brings.
  /// - Parameter numerics: The arithmetic of this program.
  /// - Parameter override: The verdict that releases a version which a gate held back.
  /// - Parameter reason: Why, for the audit.
  /// - Parameter actor: Who does it.
  /// - Throws: `RegistryError.moved(what:expected:found:)` where another process was first; ``EvolutionError/unsupported(what:fix:)`` where
  ///   the version was learned on the base held otherwise than the others. So every release holds the base in one way (what its versions
  ///   compute products in is not compared), and a rollback, which brings back a whole release, mixes none.
  public func released(
    _ version: VersionRecord, replacing current: (record: ReleaseRecord, manifest: ReleaseManifest)?,
    entry: RouterRecord.Entry? = nil, numerics: String, override: GateRecord? = nil, reason: String?, actor: String
  ) throws -> ReleaseRecord {
    try requireHeldAlike(version, in: current?.manifest)
    var experts = current?.manifest.experts ?? [:]
    experts[version.name] = version.digest
    return try publish(
      composed(experts, like: current?.manifest, entry: entry?.with(version: version.digest), numerics: numerics),
      kind: .promote,
      expecting: current?.record.revision, override: override.map { ($0, version) }, reason: reason, actor: actor)
  }

  /// A release of some versions, with the router that tells them apart: tasks keep their positions in it, a new one comes last.
  func composed(
    _ experts: [String: Digest], like earlier: ReleaseManifest?, entry: RouterRecord.Entry? = nil, numerics: String
  ) throws -> ReleaseManifest {
    let before = try earlier?.router.map {
      try JSONFile.decode(RouterRecord.self, from: blob($0), path: "router \($0)")
    }
    let known = before?.tasks.map(\.task).filter { experts[$0] != nil } ?? []
    let order = known + experts.keys.filter { !known.contains($0) }.sorted()
    let entries = try order.compactMap { task -> RouterRecord.Entry? in
      guard let digest = experts[task] else { return nil }
      if let entry, entry.task == task { return entry }
      let last = before?.tasks.first { $0.task == task }
      return last?.version == digest ? last : try routerEntry(task, digest, handicap: last?.handicap ?? 0)
    }
    // Versions without sums have no place in it; those that are learned beside them will, and see what is kept of the others' requests.
    let view =
      try before?.view ?? entries.first.map { try usualView(of: $0) }
      ?? Self.usualView(hidden: requestWidth(Self.usualView(hidden: 0)) ?? 0)
    let record = RouterRecord(
      view: view,
      unknownDistance: before?.unknownDistance ?? GaussianRouter.usualUnknownDistance, tasks: entries)
    let router = try addBlob(CanonicalJSON.encode(record), media: RouterRecord.media)
    // A task may be found by the sums of an earlier version of it.
    let sums = try entries.map { BlobReference(digest: $0.sums, bytes: try blobSize($0.sums), media: Self.sumsMedia) }
    return ReleaseManifest(
      experts: experts, router: router.digest, state: earlier?.state ?? [:], certificates: [], numerics: numerics,
      blobs: [router] + sums + (earlier?.state.values.joined().map { $0 } ?? []))
  }

  /// The most numbers that a request becomes: a task's sums take half a MiB then, whatever the base.
  private static let mostWidth = 512

  /// What a router looks at in a registry that has none yet. `hidden`: numbers of the base's hidden states.
  static func usualView(hidden: Int) -> RequestView {
    RequestView(
      layers: GaussianRouter.usualLayers, seesInstruction: false, width: hidden > mostWidth ? mostWidth : nil)
  }

  /// The same, by sums that were taken already.
  func usualView(of entry: RouterRecord.Entry) throws -> RequestView {
    let width = try sums(of: entry).width
    return RequestView(
      layers: GaussianRouter.usualLayers, seesInstruction: false, width: width == Self.mostWidth ? width : nil)
  }

  /// What the router of the current release looks at, or a first one will.
  package func currentView(hidden: Int) throws -> RequestView {
    try currentRelease().flatMap { try router(of: $0.manifest)?.record.view } ?? Self.usualView(hidden: hidden)
  }

  /// What a version brings into a router; `nil` where it keeps no sums.
  func routerEntry(_ task: String, _ digest: Digest, handicap: Double) throws -> RouterRecord.Entry? {
    let manifest = try manifest(of: version(digest: digest))
    guard let sums = manifest.parts[Self.routerRole] else { return nil }
    let instruction = try manifest.taskModel(of: task).description.form.instruction
    return RouterRecord.Entry(
      task: task, version: digest, sums: sums.digest, instruction: RouterRecord.digest(ofInstruction: instruction),
      handicap: handicap)
  }
}
