import Assurance
import Files
import Foundation
import Generation
import ModelConfiguration
import Registry
import Serving
import TaskModels

/// G2: every earlier task answers as before. Not a sample and no margin: the same bytes.
struct EarlierTasksGate {
  /// What was found of one task.
  struct Finding: Sendable {
    let task: String
    let version: VersionRecord
    /// SHA-256 of its expert's tensors as the manifest has it, and as the blob has it now; `nil`: it has none.
    let tensors: (before: Digest, after: Digest)?
    let requests: Int
    /// Requests whose answers under the old and the new release differ in any bit.
    let changed: Int
    /// Requests whose answers differ from what is stored by more than is allowed.
    let drifted: Int
    /// Free answers that differ from those that another arithmetic stored: no fault, as their bytes are not promised there.
    var reworded = 0
    let seconds: Double

    /// Whether the blob of its expert is not the one that the manifest names.
    var hasOtherTensors: Bool { tensors.map { $0.before != $0.after } ?? false }
  }

  private static let question = "Do all earlier tasks answer as before, byte for byte?"
  /// Of probabilities that another processor or another libtorch computed. Sums of bfloat16 are rounded to three digits.
  private static func tolerance(_ compute: ComputePrecision) -> Double { compute == .bfloat16 ? 1e-2 : 1e-3 }

  let registry: Registry
  let base: Base
  let numerics: String

  /// Answers the stored requests of each task of the old release with the versions of both releases.
  ///
  /// - Parameter old: The current release.
  /// - Parameter new: The one that is to replace it.
  /// - Parameter name: The task that is learned, which may change.
  /// - Parameter progress: Told each task's finding.
  func findings(
    old: ReleaseManifest, new: ReleaseManifest, besides name: String, progress: (Finding) throws -> Void
  ) throws -> [Finding] {
    try old.experts.keys.filter { $0 != name }.sorted().map { task in
      let start = ContinuousClock.now
      guard let known = old.experts[task], let next = new.experts[task] else {
        throw RegistryError.unknownTask(got: task, known: new.experts.keys.sorted())
      }
      let version = try registry.version(digest: known)
      let before = try registry.load(version, on: base)
      // Both answer, also where they are one version: what is shown is that the same requests get the same bytes.
      let after = next == known ? before : try registry.load(registry.version(digest: next), on: base)
      let probe = try registry.probe(of: before.manifest, named: "\(version.reference)")
      let (one, other) = (
        try before.runner.answers(probe.requests).map(ProbeRecord.Answer.init),
        try after.runner.answers(probe.requests).map(ProbeRecord.Answer.init)
      )
      let changed = zip(one, other).count { !$0.isSame(as: $1) }
      let isSameArithmetic = probe.numerics == numerics
      let drifted = zip(other, probe.answers).count {
        isSameArithmetic ? !$0.isSame(as: $1) : !$0.isNear($1, tolerance: Self.tolerance(after.runner.model.compute))
      }
      let reworded = isSameArithmetic ? 0 : zip(other, probe.answers).count { $0.isReworded(from: $1) }
      let part = before.manifest.parts[VersionManifest.Role.tensors]
      let tensors = try part.map { (before: $0.digest, after: try Digest(ofFile: registry.blobURL($0.digest))) }
      let finding = Finding(
        task: task, version: version, tensors: tensors, requests: probe.requests.count, changed: changed,
        drifted: drifted, reworded: reworded, seconds: start.duration(to: .now).seconds)
      try progress(finding)
      return finding
    }
  }

  static func gate(_ findings: [Finding]) -> Gate {
    let requests = findings.reduce(0) { $0 + $1.requests }
    let wrong = findings.filter { $0.changed > 0 || $0.drifted > 0 || $0.hasOtherTensors }
    let numbers: [String: Double] = [
      "tasks": Double(findings.count), "requests": Double(requests),
      "changed": Double(findings.reduce(0) { $0 + $1.changed }),
      "drifted": Double(findings.reduce(0) { $0 + $1.drifted }),
      "reworded": Double(findings.reduce(0) { $0 + $1.reworded }),
    ]
    guard wrong.isEmpty else {
      let names = wrong.map { finding in
        let other = finding.hasOtherTensors ? ", and its expert has another digest" : ""
        return "\(finding.task) (\(finding.changed) changed, \(finding.drifted) away from what is stored\(other))"
      }
      return Gate(
        "G2", question, .fail, numbers: numbers, finding: "of \(requests) requests: \(names.listed)",
        help: "Run `accrete registry verify`: a blob, the base or the program is not what it was.")
    }
    let reworded = findings.reduce(0) { $0 + $1.reworded }
    let stored =
      reworded == 0
      ? ""
      : "; \(reworded) free answers are others than the processor, libtorch or program wrote with which they were stored"
    return Gate(
      "G2", question, .pass, numbers: numbers,
      finding: findings.isEmpty
        ? "there is no earlier task"
        : "\(findings.count) earlier task\(findings.count == 1 ? "" : "s"), \(requests) requests: every answer is the same to the byte\(stored)"
    )
  }
}

extension Registry {
  /// The probe requests of a version.
  /// - Throws: `ServingError.malformed(version:part:reason:)` where they are missing.
  func probe(of manifest: VersionManifest, named name: String) throws -> ProbeRecord {
    guard let part = manifest.parts[VersionManifest.Role.probe] else {
      throw ServingError.malformed(version: name, part: VersionManifest.Role.probe, reason: "is missing")
    }
    let probe = try JSONFile.decode(ProbeRecord.self, from: blob(part.digest), path: "\(name), probe")
    guard probe.answers.count == probe.requests.count else {
      throw ServingError.malformed(
        version: name, part: VersionManifest.Role.probe, reason: "has other answers than requests")
    }
    return probe
  }
}
