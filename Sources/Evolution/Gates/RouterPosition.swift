import Files
import Foundation
import Learning
import Registry
public import Serving
import Torch

/// A task's position in the router of a release, and what it costs the others (G4).
public struct RouterPosition {
  public let gate: Gate
  public let entry: RouterRecord.Entry
  /// The router with it.
  let router: RequestRouter
}

extension Registry {
  /// A little more than the stored requests need.
  private static let handicapMargin = 1.05

  /// A task's position in the router, with the least handicap under which it takes no stored request of another task; and G4.
  ///
  /// A new version moves the borders to tasks that were learned after it. Where that costs one of them a stored request, the task goes on
  /// being found by what the router knew of it.
  ///
  /// - Parameter entry: The task with what its version brings; its handicap does not count.
  /// - Parameter old: The release that it comes into.
  /// - Parameter view: What its sums were taken of, for a release that has no router yet.
  func position(of entry: RouterRecord.Entry, in old: ReleaseManifest, view: RequestView) throws -> RouterPosition {
    let name = entry.task
    guard let before = try router(of: old) else {
      let alone = try router(RouterRecord(view: view, tasks: [entry]))
      return RouterPosition(gate: RouteGate.gate([]), entry: entry.with(handicap: 0), router: alone)
    }
    let stored = try old.experts.filter { $0.key != name }.sorted { $0.key < $1.key }.map { task, digest in
      let features = try storedRequests(of: version(digest: digest), width: requestWidth(before.record.view))
      return (task: task, features: features, before: try before.routes(features))
    }
    func position(_ entry: RouterRecord.Entry) throws -> RouterPosition {
      var router = try router(before.record.with(entry.with(handicap: 0)))
      let handicap = try stored.reduce(0.0) { most, task in
        try zip(task.before, router.claims(of: name, task.features)).reduce(most) { most, pair in
          pair.0.task == name ? most : max(most, pair.1 * Self.handicapMargin)
        }
      }
      router = router.with(handicap: handicap, of: name)
      let moves = try stored.map { task in
        RouteGate.Moves(task: task.task, before: task.before, after: try router.routes(task.features))
      }
      return RouterPosition(gate: RouteGate.gate(moves), entry: entry.with(handicap: handicap), router: router)
    }
    let fresh = try position(entry)
    guard let last = before.record.tasks.first(where: { $0.task == name }), fresh.gate.numbers["worse"] ?? 0 > 0 else {
      return fresh
    }
    return try position(entry.with(sums: last.sums))
  }

  /// What the router sees of a version's stored requests.
  ///
  /// - Parameter width: How many numbers each has; `nil`: nobody knows.
  /// - Throws: `ServingError.malformed(version:part:reason:)` where they cannot be measured.
  func storedRequests(of version: VersionRecord, width: Int?) throws -> TextFeatures {
    guard let part = try manifest(of: version).parts[Learn.probeFeaturesRole] else {
      throw ServingError.malformed(
        version: "\(version.reference)", part: Learn.probeFeaturesRole, reason: "is missing")
    }
    let file = try SafetensorsFile(blobURL(part.digest))
    // Versions of earlier programs do not say how many tokens a request has.
    let tokens = file.names.contains(Learn.tokensName) ? try file.tensor(Learn.tokensName).integers() : nil
    let features = try file.tensor(Learn.featuresName).cloned()
    // What cannot be measured would pass any gate.
    guard features.dtype == .float32, features.shape.count == 2, features.shape[0] > 0,
      width == nil || features.shape[1] == width, try features.abs().maximum().item() <= 1e18,
      tokens?.allSatisfy({ $0 > 0 }) ?? true
    else {
      throw ServingError.malformed(
        version: "\(version.reference)", part: Learn.probeFeaturesRole,
        reason: "holds no finite float32 numbers of requests of width \(width ?? 0), or no numbers of tokens")
    }
    return try TextFeatures(features, tokens: tokens)
  }
}
