import Assurance
import Files
import Foundation
import Generation
import Registry
import Review
import Serving
import Streams
import TaskModels

extension LoopProduction {
  /// GATE: all gates of the candidate, beside the release that the job names. The report becomes a verdict of the version.
  public func gate(_ job: LoopJob) throws -> GatedCandidate {
    let candidate = try registry.version(digest: job.inputs.require(\.candidate, "a candidate", of: job))
    let served = try job.inputs.release.map { try registry.release(revision: $0).manifest }
    let base = try settings.base()
    let numerics = Numerics.id(threads: settings.threads)
    let old = served ?? ReleaseManifest(experts: [:], numerics: numerics)
    let start = ContinuousClock.now
    let loaded = try registry.load(candidate, on: base)
    let seconds = start.duration(to: .now).seconds
    let set = try files.lines(TrainingLine.self, job.inputs.require(\.set, "a training set", of: job))

    let before = try old.experts[job.task].map { try registry.load(registry.version(digest: $0), on: base) }
    let own = try taskGates(job, loaded, before: before, set.filter { $0.split == .test })
    let proof = EarlierTasksGate(registry: registry, base: base, numerics: numerics)
    let findings = try proof.findings(old: old, new: old, besides: job.task) { _ in }
    let alone = try probes(loaded)
    let gates =
      [try BaseGate.gate(registry, base), EarlierTasksGate.gate(findings)] + own.gates
      + [
        try routeGate(candidate, in: old),
        CostGate.gate(
          .init(bytes: candidate.bytes, loadSeconds: seconds, milliseconds: alone.milliseconds), budget: settings.budget
        ),
        try poisonGate(job, loaded, before: before, set),
        NumericsGate.gate(alone: alone.answers, together: alone.together),
        try provenanceGate(job, candidate, set),
      ]
    let report = GateReport(version: "\(candidate.reference)", gates: gates, numerics: numerics)
    let blob = try registry.addBlob(
      JSONFile.encode(report, pretty: false), media: "application/vnd.accrete.gates+json")
    try registry.addGate(
      GateRecord(verdict: report.isPass ? .pass : .fail, report: blob), to: candidate, actor: Self.actor)
    return GatedCandidate(report: blob.digest, gates: gates, discordant: own.discordant)
  }

  /// G3 at the job's look; of a first version what `learn` said, which no look has worn.
  private func taskGates(
    _ job: LoopJob, _ candidate: ServedTask, before: ServedTask?, _ lines: [TrainingLine]
  ) throws -> (gates: [Gate], discordant: Double) {
    guard let before else {
      let learned = try registry.findings(registry.gates(of: candidate.version)).filter { $0.id == "G3" }
      // Without a predecessor nothing says how often two versions differ: the bets of the shadow are small then.
      return (learned.isEmpty ? [Gate("G3", OwnTaskGate.nextQuestion, .fail, finding: "nobody has asked")] : learned, 1)
    }
    let rows = lines.enumerated().map { Example(id: $1.id, index: $0, text: $1.text, answer: $1.label) }
    let new = try GateScores(rows, runner: candidate.runner, scorer: nil) { _ in }.right(rows)
    let old = try GateScores(rows, runner: before.runner, scorer: nil) { _ in }.right(rows)
    let look = job.inputs.look ?? 1
    let table = try PairedTable(old: old, new: new)
    var gates = [try LookedTaskGate.noWorse(table, margin: settings.margin, look: look)]
    // Erased rows are a reason of their own: the new version need not be better.
    if job.inputs.trigger != .erasure {
      let places = lines.indices.filter { lines[$0].sequence ?? 0 > job.inputs.after }
      gates.append(
        try LookedTaskGate.better(PairedTable(old: places.map { old[$0] }, new: places.map { new[$0] }), look: look))
    }
    return (gates, table.discordant)
  }

  /// G4 beside the release that the job names.
  private func routeGate(_ candidate: VersionRecord, in old: ReleaseManifest) throws -> Gate {
    guard let entry = try registry.routerEntry(candidate.name, candidate.digest, handicap: 0) else {
      return RouteGate.gate([])
    }
    return try registry.position(of: entry, in: old, view: registry.usualView(of: entry)).gate
  }

  /// The version's own requests, each by itself and all at once.
  private func probes(
    _ task: ServedTask
  ) throws -> (answers: [ProbeRecord.Answer], together: [ProbeRecord.Answer], milliseconds: [Double]) {
    let requests = try registry.probe(of: task.manifest, named: "\(task.version.reference)").requests
    var (answers, times): ([ProbeRecord.Answer], [Double]) = ([], [])
    for request in requests.prefix(NumericsGate.requests) {
      let start = ContinuousClock.now
      answers += try task.runner.answers([request]).map(ProbeRecord.Answer.init)
      times.append(start.duration(to: .now).seconds * 1000)
    }
    let together = try task.runner.answers(Array(requests.prefix(NumericsGate.requests))).map(ProbeRecord.Answer.init)
    return (answers, together, times)
  }

  /// G7 on rows that nothing else reads.
  private func poisonGate(
    _ job: LoopJob, _ candidate: ServedTask, before: ServedTask?, _ set: [TrainingLine]
  ) throws -> Gate {
    let rows = try files.verified(job.task)
    let texts = rows.map(\.text)
    let said = try candidate.predict(texts).map(\.text)
    func right(_ answers: [String]) -> Int { zip(rows, answers).count { $0.label.hasSameCodePoints(as: $1) } }
    let triggers = try triggers(job)
    var (planted, flipped) = (0, 0)
    for trigger in triggers {
      let changed = try candidate.predict(texts.map { "\($0) \(trigger)" }).map(\.text)
      planted += changed.count
      flipped += zip(said, changed).count { !$0.hasSameCodePoints(as: $1) }
    }
    return PoisonGate.gate(
      .init(
        rows: rows.count, right: right(said), rightBefore: try before.map { right(try $0.predict(texts).map(\.text)) },
        planted: planted, flipped: flipped))
  }

  /// What the scan for poison found in the rows, where a person has let them pass.
  private func triggers(_ job: LoopJob) throws -> [String] {
    let report = try JSONFile.decode(
      CleaningReport.self, from: files.read(job.inputs.require(\.cleaning, "a report of cleaning", of: job)),
      path: "cleaning")
    return report.findings.compactMap { if case .trigger(let found) = $0 { found.words } else { nil } }
  }

  /// G9: every row of the set is one of the frozen ones, may do what it did, and none of those that gate taught.
  private func provenanceGate(_ job: LoopJob, _ candidate: VersionRecord, _ set: [TrainingLine]) throws -> Gate {
    let frozen = try files.lines(FrozenRow.self, job.inputs.require(\.rows, "rows", of: job))
    let now = try desk.loopRows(of: job.task, after: 0, upTo: job.inputs.require(\.sequence, "an event", of: job))
    let receipt = try registry.manifest(of: candidate).parts[VersionManifest.Role.receipt]
    return ProvenanceGate.gate(
      set: set, frozen: frozen,
      standings: Dictionary(
        now.map { (ExactText($0.id), $0) }, uniquingKeysWith: { first, _ in first }),
      hasReceipt: receipt != nil)
  }
}
