import Assurance
import Decoder
import Files
import Foundation
import Generation
import Registry
import Serving
import Streams
import TaskModels
import Torch

extension Learn {
  /// Computes the gates, registers the version, and releases it if all pass.
  func judged(
    _ made: Made, _ trained: TaskModelTraining.Result, _ prepared: Prepared, since start: ContinuousClock.Instant,
    in place: URL
  ) throws -> LearnOutcome {
    let current = try registry.currentRelease()
    let old = current?.manifest ?? ReleaseManifest(experts: [:], numerics: numerics)
    let number = try (registry.newestVersion(named: name)?.number ?? 0) + 1
    let title = "\(name)@\(number)"
    var gates: [Gate] = []
    func add(_ gate: Gate) {
      gates.append(gate)
      report(.gate(gate))
    }
    add(try baseGate())
    let proof = EarlierTasksGate(registry: registry, base: base, numerics: numerics)
    // Other tasks keep their versions: the new release differs in this task alone.
    let findings = try proof.findings(old: old, new: old, besides: name) {
      report(.proved(task: $0.task, requests: $0.requests, seconds: $0.seconds))
    }
    add(EarlierTasksGate.gate(findings))
    add(try ownGate(made, prepared, released: old.experts[name]))
    let (routeGate, handicap, router) = try routing(made, old)
    add(routeGate)
    add(provenanceGate(prepared))
    let gateReport = GateReport(version: title, gates: gates, numerics: numerics)

    var metrics = made.scores.metrics(task: name, scorer: job.options.scorer, seed: job.options.seed)
    let (found, asked) = try foundShare(router, prepared)
    metrics.append(MetricRecord(name: "found", task: name, value: found, n: asked))
    if found < Self.leastFound {
      warn(
        String(format: "only %.0f %% of its gate texts are found by `--route`", found * 100)
          + (handicap > 0 ? ", because they look like those of an earlier task" : "")
          + ": ask for it with --task, or send its instruction with the request.")
    }
    let receipt = try receipt(title, findings, trained, prepared, release: current?.record.revision, since: start)
    var parts = made.parts
    parts[VersionManifest.Role.receipt] = try registry.addBlob(
      JSONFile.encode(receipt, pretty: false), media: Receipt.media)
    let reportBlob = try registry.addBlob(
      JSONFile.encode(gateReport, pretty: false), media: "application/vnd.accrete.gates+json")
    parts[VersionManifest.Role.gates] = reportBlob
    let manifest = try manifest(made, trained, prepared, parts: parts, receipt)
    let version = try registry.register(
      manifest, metrics: metrics,
      gate: GateRecord(verdict: gateReport.isPass ? .pass : .fail, report: reportBlob, reason: nil), actor: job.actor)
    let release =
      gateReport.isPass
      ? try registry.released(
        version, replacing: current, handicap: handicap, numerics: numerics, reason: nil, actor: job.actor) : nil
    for text in made.scores.warnings(labels: made.runner.model.form.labels, isToyBase: job.isToyBase) { warn(text) }
    return LearnOutcome(
      version: version, release: release, gates: gateReport, rows: prepared.summary, metrics: metrics,
      evidence: trained.evidence, head: made.runner.model.head, receipt: receipt, warnings: warnings)
  }

  /// G1.
  private func baseGate() throws -> Gate {
    let now = try Checkpoint(folder: base.folder).digest
    let isSame = try registry.base().weights == now
    return Gate(
      "G1", "Is the base what it was?", isSame ? .pass : .fail,
      finding: isSame ? "its weights still have the digest \(now)" : "its weights have the digest \(now) now",
      help: "Restore the base's files, and start again.")
  }

  /// G3.
  private func ownGate(_ made: Made, _ prepared: Prepared, released: Digest?) throws -> Gate {
    let rows = prepared.examples.gate
    if let released {
      let before = try registry.load(registry.version(digest: released), on: base)
      let known = try GateScores(rows, runner: before.runner, scorer: scorer(before.runner.model.form)) { _ in }
      return made.runner.model.form.kind == .label
        ? OwnTaskGate.next(
          try PairedTable(old: known.right(rows), new: made.scores.right(rows)), margin: job.margin)
        : OwnTaskGate.next(scores: made.scores.scores, released: known.scores, margin: job.margin)
    }
    if let classes = made.scores.classes { return OwnTaskGate.first(classes) }
    let form = made.runner.model.form
    let alone = TaskModel(form: form, expert: nil, ridge: nil, combination: nil)
    let base = try GateScores(rows, runner: TaskModelRunner(alone, on: base), scorer: scorer(form)) { _ in }
    return OwnTaskGate.first(scores: made.scores.scores, base: base.scores)
  }

  /// The new task's place in the router, with the least handicap under which it takes no stored request of an earlier task; and G4.
  private func routing(
    _ made: Made, _ old: ReleaseManifest
  ) throws -> (gate: Gate, handicap: Double, record: RouterRecord) {
    let form = made.runner.model.form
    let entry = RouterRecord.Entry(
      task: name, version: Digest(of: Data(name.utf8)), sums: made.sums,
      instruction: RouterRecord.digest(ofInstruction: form.instruction))
    guard let before = try registry.router(of: old) else {
      return (RouteGate.gate([]), 0, RouterRecord(view: made.view, tasks: [entry]))
    }
    let stored = try old.experts.filter { $0.key != name }.sorted { $0.key < $1.key }.map { task, digest in
      (task: task, features: try probeFeatures(registry.version(digest: digest)))
    }
    func record(_ handicap: Double) -> RouterRecord {
      RouterRecord(
        view: before.record.view, unknownDistance: before.record.unknownDistance,
        tasks: before.record.tasks.filter { $0.task != name } + [entry.with(handicap: handicap)])
    }
    let free = try registry.router(record(0))
    let handicap = try stored.reduce(0.0) { most, task in
      try zip(before.routes(features: task.features), free.routes(features: task.features)).reduce(most) { most, pair in
        // Who took it before, and how much nearer the new task is now.
        guard pair.1.nearest == name, pair.0.nearest != name, let own = pair.1.distances[name] else { return most }
        let others = free.record.tasks.filter { $0.task != name }
        let nearest = others.map { (pair.1.distances[$0.task] ?? .infinity) + $0.handicap }.min() ?? own
        return max(most, (nearest - own) * Self.handicapMargin)
      }
    }
    let after = handicap > 0 ? try registry.router(record(handicap)) : free
    let moves = try stored.map { task in
      RouteGate.Moves(
        task: task.task, before: try before.routes(features: task.features),
        after: try after.routes(features: task.features))
    }
    return (RouteGate.gate(moves), handicap, after.record)
  }

  /// Below this share a person should know that the router does not find the task.
  private static let leastFound = 0.9

  /// A little more than the stored requests need.
  private static let handicapMargin = 1.05

  private func probeFeatures(_ version: VersionRecord) throws -> Tensor {
    guard let part = try registry.manifest(of: version).parts[Self.probeFeaturesRole] else {
      throw ServingError.malformed(version: "\(version.reference)", part: Self.probeFeaturesRole, reason: "is missing")
    }
    return try SafetensorsFile(registry.blobURL(part.digest)).tensor(Self.featuresName)
  }

  /// The share of gate rows that the router gives to their task without an instruction: how well the task is found.
  private func foundShare(_ record: RouterRecord, _ prepared: Prepared) throws -> (share: Double, n: Int) {
    let texts = prepared.examples.gate.prefix(500).map(\.text)
    let routes = try registry.router(record).routes(Array(texts), on: base)
    return (Double(routes.count { $0.task == name }) / Double(max(routes.count, 1)), routes.count)
  }

  /// G9: what is forbidden was refused before training; here it is written down.
  private func provenanceGate(_ prepared: Prepared) -> Gate {
    Gate(
      "G9", "Is it known what it was learned from?", .pass,
      numbers: ["learn": Double(prepared.encoded.learn.count), "gate": Double(prepared.examples.gate.count)],
      finding:
        "\(prepared.encoded.learn.count) learn, \(prepared.encoded.choose.count) choose and \(prepared.examples.gate.count) gate rows"
        + " by their digests; none is a gate row of another task")
  }
}
