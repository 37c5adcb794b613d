import AuditedDatabase
public import Files
public import Foundation
import GRDB

/// A release that decides coin rows beside the one that is served.
public struct ShadowRelease: Sendable, Codable, Equatable {
  /// The task whose job it is.
  public let task: String
  /// Where that job stands.
  public let state: LoopState
  /// The candidate's release manifest. While its release is watched it is what is served, and the other one is the release before.
  public let manifest: Digest
  /// The release that the candidate is compared with; `nil`: there was none.
  public let beside: Int?
}

extension LoopStore {
  /// The releases that decide every coin row beside what is served: whoever serves decides with both, and adds what they decided.
  ///
  /// None while the loop is stopped: its candidates cost nobody anything then.
  ///
  /// - Throws: ``LoopError/damaged(task:reason:)``, an error of the database.
  public func shadowReleases() throws -> [ShadowRelease] {
    guard try !switchState().isStopped else { return [] }
    return try jobs().compactMap { job in
      guard [.shadow, .canary, .promote, .watch].contains(job.state), let manifest = job.inputs.manifest else {
        return nil
      }
      return ShadowRelease(task: job.task, state: job.state, manifest: manifest, beside: job.inputs.release)
    }
  }

  /// The candidate that answers a share of the sources, with its share; `nil`: none, or the loop is stopped.
  ///
  /// - Parameter task: The task.
  /// - Parameter policy: The numbers by which the loop runs.
  /// - Throws: ``LoopError``, an error of the database.
  public func canary(of task: String, _ policy: LoopPolicy) throws -> (manifest: Digest, share: Int)? {
    guard try !switchState().isStopped else { return nil }
    let job = try job(of: task)
    guard job.state == .canary, let manifest = job.inputs.manifest else { return nil }
    let step = min(max(job.findings.step ?? 0, 0), policy.canarySteps.count - 1)
    guard policy.canarySteps.indices.contains(step) else { return nil }
    return (manifest, policy.canarySteps[step])
  }

  /// Adds what two releases decided of a coin row; what was added before stays.
  ///
  /// - Parameter item: The item.
  /// - Parameter manifest: The candidate's release manifest.
  /// - Parameter served: The label by what was served first; `nil`: none.
  /// - Parameter candidate: The label by the candidate; `nil`: none.
  /// - Parameter at: When.
  /// - Throws: An error of the database.
  public func addShadow(_ item: String, of manifest: Digest, served: String?, candidate: String?, at: Date) throws {
    try write("loop", at: at) { ledger in
      try ledger.database.execute(
        sql: "INSERT INTO shadow(manifest, item, served, candidate) VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING",
        arguments: [manifest.bytes, item, served, candidate])
    }
  }

  /// What two releases decided of some items.
  ///
  /// - Parameter items: The items.
  /// - Parameter manifest: The candidate's release manifest.
  /// - Returns: By item; those that were not decided are missing.
  /// - Throws: An error of the database.
  public func shadows(
    of items: [String], _ manifest: Digest
  ) throws -> [String: (served: String?, candidate: String?)] {
    try database.read { database in
      let statement = try database.cachedStatement(
        sql: "SELECT served, candidate FROM shadow WHERE manifest = ? AND item = ?")
      return try items.reduce(into: [:]) { found, item in
        guard let row = try Row.fetchOne(statement, arguments: [manifest.bytes, item]) else { return }
        found[item] = (served: try row.optional(0), candidate: try row.optional(1))
      }
    }
  }
}
