import Foundation
import Synchronization

/// Whether requests may come.
struct Readiness: Sendable {
  /// Why not; empty: they may.
  let reasons: [String]

  var isReady: Bool { reasons.isEmpty }

  /// Below this share the disk is as good as full: a registry's change needs room beside what it changes.
  static let leastDisk = 0.05

  /// - Parameters:
  ///   - isTested: Whether the engine has computed what it should.
  ///   - drain: How far the server's end is.
  ///   - registry: What is wrong with the registry; `nil`: it is read.
  ///   - heartbeat: How long ago the engine was alive.
  ///   - disk: The free share of the registry's disk; `nil`: the system does not say.
  init(isTested: Bool = true, drain: DrainState.Phase, registry: String?, heartbeat: Duration, disk: Double?) {
    var reasons: [String] = []
    if !isTested { reasons.append("the self-test has not ended") }
    if drain > .serving { reasons.append("the server is about to stop") }
    if registry != nil { reasons.append("the registry cannot be read; what was read last is served") }
    if heartbeat > Self.longestSilence { reasons.append("the engine does not answer") }
    if let disk, disk < Self.leastDisk {
      reasons.append("the registry's disk has less than \(Int(Self.leastDisk * 100)) % free")
    }
    self.reasons = reasons
  }

  /// An engine that was silent for longer is stuck.
  static let longestSilence: Duration = .seconds(10)

  /// The share of a folder's disk that is free for this program.
  static func freeShare(of folder: URL) -> Double? {
    var status = statvfs()
    guard statvfs(folder.path, &status) == 0, status.f_blocks > 0 else { return nil }
    return Double(status.f_bavail) / Double(status.f_blocks)
  }
}
