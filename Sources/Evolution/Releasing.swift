import Files
import Foundation
import Learning
public import Registry
import Serving
import TaskModels

extension Registry {
  /// A release like the current one, in which one task has another version.
  ///
  /// - Parameter version: The version that is to be served.
  /// - Parameter current: The release that it replaces, as it was read: somebody else's in between is noticed.
  /// - Parameter handicap: Of the task in the router; `nil`: what it had, or none.
  /// - Parameter numerics: The arithmetic of this program.
  /// - Parameter reason: Why, for the audit.
  /// - Parameter actor: Who does it.
  /// - Throws: ``RegistryError/moved(what:expected:found:)`` where another process was first.
  public func released(
    _ version: VersionRecord, replacing current: (record: ReleaseRecord, manifest: ReleaseManifest)?,
    handicap: Double? = nil, numerics: String, reason: String?, actor: String
  ) throws -> ReleaseRecord {
    var experts = current?.manifest.experts ?? [:]
    experts[version.name] = version.digest
    return try publish(
      composed(
        experts, like: current?.manifest, handicaps: handicap.map { [version.name: $0] } ?? [:], numerics: numerics),
      kind: .promote,
      expecting: current?.record.revision, reason: reason, actor: actor)
  }

  /// A release of some versions, with the router that tells them apart.
  func composed(
    _ experts: [String: Digest], like earlier: ReleaseManifest?, handicaps: [String: Double] = [:], numerics: String
  ) throws -> ReleaseManifest {
    let before = try earlier?.router.map {
      try JSONFile.decode(RouterRecord.self, from: blob($0), path: "router \($0)")
    }
    let entries = try experts.sorted { $0.key < $1.key }.compactMap { task, digest -> RouterRecord.Entry? in
      let manifest = try manifest(of: version(digest: digest))
      let instruction = try JSONFile.decode(
        TaskModelRecord.self, from: JSONFile.encode(manifest.model, pretty: false), path: "\(task), model"
      ).description.form.instruction
      let handicap = handicaps[task] ?? before?.tasks.first { $0.task == task }?.handicap ?? 0
      return manifest.parts[Self.routerRole].map {
        RouterRecord.Entry(
          task: task, version: digest, sums: $0.digest, instruction: RouterRecord.digest(ofInstruction: instruction),
          handicap: handicap)
      }
    }
    let view = before?.view ?? RequestView(layers: GaussianRouter.usualLayers, seesInstruction: false)
    let record = RouterRecord(
      view: view, unknownDistance: before?.unknownDistance ?? GaussianRouter.usualUnknownDistance, tasks: entries)
    let router = try addBlob(CanonicalJSON.encode(record), media: RouterRecord.media)
    return ReleaseManifest(
      experts: experts, router: router.digest, state: earlier?.state ?? [:], certificates: [], numerics: numerics,
      blobs: [router] + (earlier?.state.values.joined().map { $0 } ?? []))
  }
}
