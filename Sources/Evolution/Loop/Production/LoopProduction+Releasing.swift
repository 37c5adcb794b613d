import AuditedDatabase
public import Files
import Foundation
public import Registry
import Review
import Serving
import TaskModels

extension LoopProduction {
  private static let certificateMedia = "application/vnd.accrete.certificate+json"

  /// A release that waits: what is served beside the candidate, and the blobs that nothing names until it is published.
  private struct Waiting: Codable {
    let manifest: ReleaseManifest
    /// The router's record; `nil`: the release has none.
    let router: RouterRecord?
  }

  /// CERTIFY: certificates for every side that the candidate touches, and the release with them.
  public func certify(_ job: LoopJob) throws -> CertifiedCandidate {
    let candidate = try job.inputs.require(\.candidate, "a candidate", of: job)
    let served = try job.inputs.release.map { try registry.release(revision: $0).manifest }
    var manifest = try composed(job.task, candidate, beside: served)
    let base = try settings.base()
    let found = try desk.certificates(
      for: bindings(of: manifest),
      scores: { [experts = manifest.experts] task, texts in
        guard let digest = experts[task] else {
          throw RegistryError.unknownTask(got: task, known: experts.keys.sorted())
        }
        // Up to a constant a row, the logarithms of probabilities are the scores that they were made of.
        let version = try registry.load(registry.version(digest: digest), on: base)
        return (version.manifest.labels, try version.predict(texts).map { $0.probabilities.map { log($0) } })
      })
    let bytes = try found.certificates.map { try $0.data() }
    let certificates = try bytes.map { try registry.addBlob($0, media: Self.certificateMedia) }
    manifest.certificates = certificates.map(\.digest)
    manifest.blobs += certificates
    for data in bytes { _ = try files.add(data) }
    let router = try manifest.router.map {
      try JSONFile.decode(RouterRecord.self, from: registry.blob($0), path: "router \($0)")
    }
    return CertifiedCandidate(
      certificates: manifest.certificates,
      manifest: try files.add(CanonicalJSON.encode(Waiting(manifest: manifest, router: router))),
      gate: try certificateGate(found.certificates, found.human, manifest, served))
  }

  /// G5 of a release.
  private func certificateGate(
    _ certificates: [Certificate], _ human: [String], _ manifest: ReleaseManifest, _ served: ReleaseManifest?
  ) throws -> Gate {
    let (after, before) = (try bindings(of: manifest), try served.map { try bindings(of: $0) } ?? [:])
    let known = Set(served?.certificates ?? [])
    let certified = try certificates.compactMap { certificate -> CertificateGate.Side? in
      guard let bindings = after[certificate.task] else { return nil }
      return CertificateGate.Side(
        name: "\(certificate.task)/\(certificate.side)", before: before[certificate.task], after: bindings,
        certified: CertificateBindings(
          expert: certificate.expert, base: certificate.base, router: certificate.router,
          template: certificate.template),
        isRenewed: try !known.contains(Digest(of: certificate.data())),
        isForProduction: certificate.purpose == .production)
    }
    let people = human.compactMap { name -> CertificateGate.Side? in
      let task = String(name.prefix { $0 != "/" })
      guard let bindings = after[task] else { return nil }
      return CertificateGate.Side(
        name: name, before: before[task], after: bindings, certified: nil, isRenewed: false,
        isForProduction: false)
    }
    return CertificateGate.gate(certified + people)
  }

  /// The models of every task of a release.
  private func bindings(of release: ReleaseManifest) throws -> [String: CertificateBindings] {
    let weights = try registry.base().weights
    return try release.experts.mapValues { version in
      CertificateBindings(
        expert: version, base: weights, router: release.router,
        template: try registry.manifest(of: registry.version(digest: version)).template)
    }
  }

  /// A release like one that is served, in which a task has another version, or none.
  private func composed(
    _ task: String, _ version: Digest?, beside served: ReleaseManifest?
  ) throws -> ReleaseManifest {
    let numerics = Numerics.id(threads: settings.threads)
    var experts = served?.experts ?? [:]
    experts[task] = version
    guard let version, let entry = try registry.routerEntry(task, version, handicap: 0) else {
      return try registry.composed(experts, like: served, numerics: numerics)
    }
    let old = served ?? ReleaseManifest(experts: [:], numerics: numerics)
    let position = try registry.position(of: entry, in: old, view: registry.usualView(of: entry))
    return try registry.composed(experts, like: served, entry: position.entry, numerics: numerics)
  }

  /// The release that waits, whose blobs are there: nothing names them yet, and the registry collects what nothing names.
  private func waiting(_ job: LoopJob) throws -> ReleaseManifest {
    let digest = try job.inputs.require(\.manifest, "a release", of: job)
    let waiting = try JSONFile.decode(Waiting.self, from: files.read(digest), path: files.url(digest).path)
    if let router = waiting.router {
      _ = try registry.addBlob(CanonicalJSON.encode(router), media: RouterRecord.media)
    }
    for certificate in waiting.manifest.certificates {
      _ = try registry.addBlob(files.read(certificate), media: Self.certificateMedia)
    }
    return waiting.manifest
  }

  /// Brings back what the registry has collected of a release that waits: whoever serves decides with it.
  func keepThere(_ job: LoopJob) throws {
    guard [.shadow, .canary].contains(job.state) else { return }
    _ = try waiting(job)
  }

  /// The release that waits for its publication, for whoever serves its candidate.
  ///
  /// - Parameter digest: What ``LoopStore/shadowReleases()`` names.
  /// - Throws: An error of the file.
  public func waitingRelease(_ digest: Digest) throws -> ReleaseManifest {
    try JSONFile.decode(Waiting.self, from: files.read(digest), path: files.url(digest).path).manifest
  }

  /// PROMOTE: publishes the release, or finds that it was published.
  public func promote(_ job: LoopJob) throws -> Int {
    let manifest = try waiting(job)
    if let revision = try published(manifest, after: job.inputs.release) { return revision }
    let override = job.inputs.override
    do {
      return try registry.publish(
        manifest, kind: .promote, expecting: job.inputs.release, override: override.map { try verdict($0, job) },
        reason: override.map { "\($0.operatedBy) and \($0.leadBy): \($0.reason)" } ?? job.inputs.trigger?.title,
        actor: Self.actor
      ).revision
    } catch RegistryError.moved(_, let expected, let found) {
      throw LoopError.moved(expected: expected, found: found)
    }
  }

  /// The revision of what is served, where that is the release that was to be published.
  private func published(_ manifest: ReleaseManifest, after release: Int?) throws -> Int? {
    guard let current = try registry.currentRelease(), current.record.parent == release,
      current.record.kind == .promote, current.record.actor == Self.actor, current.manifest == manifest
    else { return nil }
    return current.record.revision
  }

  /// The verdict by which two persons let the candidate pass.
  private func verdict(_ override: LoopOverride, _ job: LoopJob) throws -> (gate: GateRecord, version: VersionRecord) {
    let version = try registry.version(digest: job.inputs.require(\.candidate, "a candidate", of: job))
    let gates = try registry.gates(of: version)
    guard let report = gates.last(where: { $0.report.digest.description == override.report })?.report else {
      throw LoopError.missing(task: job.task, state: job.state, what: "the report of its gates")
    }
    return (GateRecord(verdict: .override, report: report, reason: override.reason), version)
  }

  /// ROLLBACK: people decide, then the release before is served again; a release that others have made since keeps what is theirs.
  public func rollback(_ job: LoopJob) throws {
    try desk.stopSides(of: job.task)
    guard let promoted = job.inputs.promoted, let current = try registry.currentRelease(),
      let candidate = job.inputs.candidate, current.manifest.experts[job.task] == candidate
    else { return try checkCertificatesAgain() }
    let reason = job.findings.note ?? "harm"
    if current.record.revision == promoted, let before = job.inputs.release {
      try registry.rollback(to: before, reason: reason, actor: Self.actor)
    } else {
      let before = try job.inputs.release.flatMap { try registry.release(revision: $0).manifest.experts[job.task] }
      try registry.publish(
        composed(job.task, before, beside: current.manifest), kind: .rollback, expecting: current.record.revision,
        reason: reason, actor: Self.actor)
    }
    try checkCertificatesAgain()
  }

  /// Lets what the served release names decide again.
  private func checkCertificatesAgain() throws {
    let current = try registry.currentRelease()?.manifest
    try desk.checkCertificatesAgain(
      current.map { try bindings(of: $0) } ?? [:], certificates: current?.certificates ?? [])
  }
}
