import Files
import Foundation
import Learning
public import Registry
import Serving

extension Registry {
  /// A release like the current one, in which one task has another version.
  ///
  /// - Parameter version: The version that is to be served.
  /// - Parameter current: The release that it replaces, as it was read: somebody else's in between is noticed.
  /// - Parameter numerics: The arithmetic of this program.
  /// - Parameter reason: Why, for the audit.
  /// - Parameter actor: Who does it.
  /// - Throws: ``RegistryError/moved(what:expected:found:)`` where another process was first.
  public func released(
    _ version: VersionRecord, replacing current: (record: ReleaseRecord, manifest: ReleaseManifest)?, numerics: String,
    reason: String?, actor: String
  ) throws -> ReleaseRecord {
    var experts = current?.manifest.experts ?? [:]
    experts[version.name] = version.digest
    return try publish(
      composed(experts, like: current?.manifest, numerics: numerics), kind: .promote,
      expecting: current?.record.revision, reason: reason, actor: actor)
  }

  /// A release of some versions, with the router that tells them apart.
  func composed(
    _ experts: [String: Digest], like earlier: ReleaseManifest?, numerics: String
  ) throws -> ReleaseManifest {
    let entries = try experts.sorted { $0.key < $1.key }.compactMap { task, digest -> RouterRecord.Entry? in
      let manifest = try manifest(of: version(digest: digest))
      return manifest.parts[Self.routerRole].map { RouterRecord.Entry(task: task, version: digest, sums: $0.digest) }
    }
    let before = try earlier?.router.map {
      try JSONFile.decode(RouterRecord.self, from: blob($0), path: "router \($0)")
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
