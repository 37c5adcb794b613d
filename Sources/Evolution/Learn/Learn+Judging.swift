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
    _ made: Made, _ trained: TaskModelTraining.Result, _ prepared: Prepared, since start: ContinuousClock.Instant
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
    add(try BaseGate.gate(registry, base))
    let proof = EarlierTasksGate(registry: registry, base: base, numerics: numerics)
    // Other tasks keep their versions: the new release differs in this task alone.
    let findings = try proof.findings(old: old, new: old, besides: name) {
      report(.proved(task: $0.task, requests: $0.requests, seconds: $0.seconds))
    }
    add(EarlierTasksGate.gate(findings))
    add(try ownGate(made, prepared, released: old.experts[name], title))
    let routing = try routing(made, old)
    add(routing.gate)
    add(provenanceGate(prepared))
    let gateReport = GateReport(version: title, gates: gates, numerics: numerics)

    var metrics = made.scores.metrics(task: name, scorer: job.options.scorer, seed: job.options.seed)
    let (found, asked) = try foundShare(routing.router, prepared)
    metrics.append(MetricRecord(name: "found", task: name, value: found, n: asked))
    if found < Self.leastFound {
      warnings.append(
        String(format: "only %.0f %% of its gate texts are found by `--route` from the text alone", found * 100)
          + (routing.entry.handicap > 0
            ? ": the others look like an earlier task's, or like no task's." : ": the others look like no task's.")
          + " Ask for it with --task" + byInstruction(routing))
    }
    let receipt = try receipt(title, findings, trained, prepared, release: current?.record.revision, since: start)
    var parts = made.parts
    parts[VersionManifest.Role.receipt] = try keep(
      registry.addBlob(
        JSONFile.encode(receipt, pretty: false), media: Receipt.media))
    let reportBlob = try keep(
      registry.addBlob(
        JSONFile.encode(gateReport, pretty: false), media: "application/vnd.accrete.gates+json"))
    parts[VersionManifest.Role.gates] = reportBlob
    let manifest = try manifest(made, trained, prepared, parts: parts, receipt)
    let version = try registry.register(
      manifest, metrics: metrics,
      gate: GateRecord(verdict: gateReport.isPass ? .pass : .fail, report: reportBlob, reason: nil), actor: job.actor)
    let release =
      gateReport.isPass && job.releases
      ? try registry.released(
        version, replacing: current, entry: routing.entry, numerics: numerics, reason: nil, actor: job.actor) : nil
    warnings += trained.evidence.choice?.warnings ?? []
    warnings += made.scores.warnings(
      labels: made.runner.model.form.labels, isToyBase: job.isToyBase,
      isHelped: gates.contains { $0.id == "G3" && $0.verdict != .pass }, seed: job.options.seed)
    return LearnOutcome(
      version: version, release: release, gates: gateReport, rows: prepared.summary, metrics: metrics,
      evidence: trained.evidence, head: made.runner.model.head, receipt: receipt, warnings: warnings)
  }

  /// G3.
  private func ownGate(_ made: Made, _ prepared: Prepared, released: Digest?, _ title: String) throws -> Gate {
    let rows = prepared.examples.gate
    if let released {
      let before = try registry.load(registry.version(digest: released), on: base)
      let known = try GateScores(rows, runner: before.runner, scorer: scorer(before.runner.model.form)) { _ in }
      if made.scores.sets != nil {
        return OwnTaskGate.next(
          rowF1: made.scores.rowF1(rows), released: known.rowF1(rows), margin: job.margin, version: title)
      }
      return made.runner.model.form.kind == .label
        ? OwnTaskGate.next(
          try PairedTable(old: known.right(rows), new: made.scores.right(rows)), margin: job.margin,
          version: title)
        : OwnTaskGate.next(scores: made.scores.scores, released: known.scores, margin: job.margin, version: title)
    }
    if let report = made.scores.sets?.report {
      return OwnTaskGate.first(
        report, report.intervals(seed: job.options.seed), labels: made.runner.model.form.labels, version: title)
    }
    if let classes = made.scores.classes { return OwnTaskGate.first(classes, version: title) }
    let form = made.runner.model.form
    let alone = TaskModel(form: form, expert: nil, ridge: nil, combination: nil)
    let base = try GateScores(rows, runner: TaskModelRunner(alone, on: base), scorer: scorer(form)) { _ in }
    return OwnTaskGate.first(scores: made.scores.scores, base: base.scores, version: title)
  }

  /// The task's position in the router, and G4.
  private func routing(_ made: Made, _ old: ReleaseManifest) throws -> RouterPosition {
    let instruction = RouterRecord.digest(ofInstruction: made.runner.model.form.instruction)
    let entry = RouterRecord.Entry(
      task: name, version: Digest(of: Data(name.utf8)), sums: made.sums, instruction: instruction)
    return try registry.position(of: entry, in: old, view: made.view)
  }

  /// How requests can say that they are for the task.
  private func byInstruction(_ routing: RouterPosition) -> String {
    // Prompts and conversations have none.
    guard routing.entry.instruction != nil else { return "." }
    let others = routing.router.record.tasks.filter { $0.task != name && $0.instruction == routing.entry.instruction }
    guard let other = others.first else { return ", or send its instruction with the request." }
    return
      ", or learn it with an --instruction of its own: this one is also that of \(other.task), so that a request cannot name the task by it."
  }

  /// Below this share a person should know that the router does not find the task.
  private static let leastFound = 0.9

  /// The share of gate rows that the router gives to their task without an instruction: how well the task is found.
  private func foundShare(_ router: RequestRouter, _ prepared: Prepared) throws -> (share: Double, n: Int) {
    let texts = prepared.examples.gate.prefix(500).map(\.text)
    let routes = try router.routes(Array(texts), on: base)
    return (Double(routes.count { $0.task == name }) / Double(max(routes.count, 1)), routes.count)
  }

  /// G9: what is forbidden was refused before training; here it is written down.
  private func provenanceGate(_ prepared: Prepared) -> Gate {
    Gate(
      "G9", "Is it known what it was learned from?", .pass,
      numbers: ["learn": Double(prepared.encoded.learn.count), "gate": Double(prepared.examples.gate.count)],
      finding:
        "\(prepared.encoded.learn.count) learn, \(prepared.encoded.choose.count) choose and \(prepared.examples.gate.count) gate rows"
        + " by their digests; nothing that is learned or chosen on is a gate row of another task, as it was given or by its one question alone"
    )
  }
}
