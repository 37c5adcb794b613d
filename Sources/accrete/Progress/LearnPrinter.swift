import Assurance
import Decoder
import Evolution
import Experts
import Files
import Foundation
import Generation
import Learning
import ModelConfiguration
import Records
import Registry
import TaskModels
import Torch

/// Shows `learn` to a person.
final class LearnPrinter {
  private let printer: ProgressPrinter
  /// Warnings that a person has read already: the result need not repeat them.
  private(set) var shownWarnings: Set<String> = []

  /// Steps of the last training, which ends where the first was best.
  private var lastSteps: Int?
  /// Where the training that goes on was when it was first heard of.
  private var start: (step: Int, at: ContinuousClock.Instant)?

  init(_ options: ProgressOptions) { printer = ProgressPrinter(options) }

  /// The first line: what is taught, where, and how much of it moves.
  func base(_ base: Base, named name: String, options: LearnOptions) {
    let head = options.outputHead?.hasExpert ?? true
    let count = head ? (try? options.shape().parameterCount(on: base.model.configuration)) ?? 0 : 0
    let event = LogEvent(
      "base",
      [
        "base": name, "architecture": base.model.configuration.family.architecture,
        "parameters": base.model.parameterCount, "weights": base.model.heldPrecision.rawValue,
        "compute": base.model.compute.rawValue, "device": "\(base.model.device)", "threads": options.threads,
        "methods": [options.method],
        "outputHead": options.outputHead?.rawValue, "rank": options.rank, "expertParameters": count,
      ])
    guard !printer.tells(event) else { return }
    printer.line(
      "base \(BaseLine.text(base, name: name)), \(options.threads) thread\(options.threads == 1 ? "" : "s"); trains"
        + " \(Self.trained(count, method: options.method, rank: options.rank, outputHead: options.outputHead))")
  }

  /// How many parameters are trained by what, and what labels get beside them or instead.
  static func trained(_ count: Int, method: String, rank: Int, outputHead: OutputHead?) -> String {
    let expert = "\(count) parameters" + (count > 0 ? " (\(method), rank \(rank))" : " (\(method))")
    return switch outputHead {
    case .label, .trained: expert
    case .ridge: "\(count) parameters: labels get a closed-form head"
    case .both, nil: "\(expert); labels get a closed-form head, too"
    }
  }

  func show(_ progress: EvolutionProgress) {
    if case .warning(let text) = progress, !printer.isQuiet { shownWarnings.insert(text) }
    guard !printer.tells(progress.event) else { return }
    switch progress {
    case .warning(let text): printer.line("warning: \(text)")
    case .rows(let rows): for line in Self.lines(rows) { printer.line(line) }
    case .training(let progress): show(progress)
    case .scoring(let done, let total): printer.passing("scoring gate rows \(done)/\(total)")
    case .proved(let task, let requests, let seconds):
      printer.passing("\(task): \(requests) requests answered again in \(fixed(seconds, 2)) s")
    case .gate(let gate): printer.line("\(gate.id) \(Self.word(gate)): \(gate.finding)")
    }
  }

  static func word(_ gate: Gate) -> String {
    switch gate.verdict {
    case .pass: "pass"
    case .fail: "FAIL"
    case .underpowered(let n, let needed): "UNDERPOWERED (n \(n), needs about \(needed))"
    }
  }

  /// The answer to a gate's question, before what it found.
  static func answer(_ gate: Gate) -> String {
    switch gate.verdict {
    case .pass: "Yes"
    case .fail: "No"
    case .underpowered: "It cannot be told"
    }
  }

  /// The most rows with another answer that are shown.
  private static let mostRelabelled = 5

  static func lines(_ rows: LearnRows) -> [String] {
    let several = rows.kind == .severalLabels ? ", any number of them a row" : ""
    let labels =
      rows.kind == .answer
      ? "free answers" : "\(rows.labels.count) labels (\(rows.labels.map(\.asItem).listed))\(several)"
    let isAnswered = rows.kind == .label && !(rows.form?.contains("label") ?? true)
    var lines = rows.form.map { ["rows: \($0)"] } ?? []
    lines += [
      "task \(rows.task): \(counts(rows)), \(labels)"
        + (isAnswered ? ": answers that the rows have again and again; --label-limit 0 makes them free answers" : "")
    ]
    if rows.truncated > 0 {
      lines.append(
        "\(RegistryText.count(rows.truncated, "text")) too long, cut by \(RegistryText.count(rows.droppedTokens, "token")) at the left (--max-length)"
      )
    }
    if let changes = rows.changes {
      var parts = [
        "\(changes.added) texts new", "\(changes.removed) gone", "\(changes.relabelled) with another answer",
      ]
      if !changes.newLabels.isEmpty { parts.append("new labels \(changes.newLabels.map(\.asItem).listed)") }
      if !changes.lostLabels.isEmpty { parts.append("labels gone \(changes.lostLabels.map(\.asItem).listed)") }
      lines.append("since \(changes.since): \(parts.joined(separator: ", "))")
      let shown = (changes.relabelledRows ?? []).prefix(Self.mostRelabelled)
      lines += shown.map { row in
        let text = row.text.onOneLine
        let scalars = text.unicodeScalars
        let cut = scalars.count > 60 ? String(String.UnicodeScalarView(scalars.prefix(60))) + "…" : text
        return "  \"\(cut)\": \(row.before.map(\.asItem) ?? "another answer") → \(row.now.asItem)"
      }
      if changes.relabelled > shown.count, !shown.isEmpty {
        lines.append("  and \(changes.relabelled - shown.count) more (--json has the first 20)")
      }
    }
    return lines
  }

  /// How many rows there are for what; of conversations also how many these are, as one may have several turns that are learned.
  private static func counts(_ rows: LearnRows) -> String {
    guard let chats = rows.conversations else {
      return "\(rows.learn) rows to learn, \(rows.choose) to choose on, \(rows.gate) for the gates"
    }
    let conversations = RegistryText.count(chats.conversations, "conversation")
    return "\(conversations) with \(RegistryText.count(chats.turns, "turn")) of the assistant: \(rows.learn) to learn,"
      + " \(rows.choose) to choose on, \(rows.gate) for the gates\(chats.leftOut > 0 ? ", \(chats.leftOut) left out" : "")"
  }

  /// What a dry run does not say of these rows; `nil`: nothing.
  static func unchecked(_ rows: LearnRows) -> String? {
    // Beside a last version the number does not depend on the scores, and is warned of.
    guard rows.kind == .severalLabels, rows.changes == nil else { return nil }
    return
      "not checked: whether \(RegistryText.count(rows.gate, "gate row")) are enough for gate G3; with several labels a row that depends on the"
      + " scores, which only training shows"
  }

  static func lines(_ plan: LearnPlan) -> [String] {
    guard plan.mostSteps > 0 else {
      return [
        "no steps of training: labels get a closed-form head, which takes seconds; an expert named by --start-from is taken as it is"
      ]
    }
    let steps = plan.mostSteps + plan.trialSteps
    return [
      "at most \(plan.mostSteps) steps, \(plan.stepsOfEpoch) a pass, those of the last training on all rows included"
        + (plan.trialSteps > 0 ? ", and \(plan.trialSteps) to find the learning rate" : "")
        + "; training ends when the choose rows say that it no longer helps",
      "a step takes \(fixed(plan.secondsPerStep, 2)) s here now (three were taken: a rough figure): at most \(fixed(Double(steps) * plan.secondsPerStep / 60, 1)) minutes"
        + " of steps",
      "memory: \(plan.peakBytes >> 20) MiB, base included, with the longest batch",
    ]
  }

  private func show(_ progress: LearnProgress) {
    switch progress {
    case .warning(let text): printer.line("warning: \(text)")
    case .ridge(let penalty): printer.line("closed-form head solved, λ \(significant(penalty, 4))")
    case .trial(let rate, let number, let total, let step, let steps):
      printer.passing("trial \(number)/\(total) of learning rate \(rate): step \(step)/\(steps)")
    case .goesOn(let step, let isLast):
      let which = isLast ? "the last training, on learn and choose rows together" : "what was begun"
      printer.line(step > 0 ? "goes on after step \(step) of \(which)" : "goes on with \(which)")
    case .rate(let rate, let isTie):
      printer.line(
        "learning rate \(rate)"
          + (isTie ? ": the choose rows cannot tell the learning rates apart; it learns fastest" : ""))
    case .tried(let trial) where trial.loss == .greatestFiniteMagnitude:
      printer.line("trial of learning rate \(trial.learningRate): diverged after \(trial.steps) steps")
    case .tried(let trial):
      printer.line(
        "trial of learning rate \(trial.learningRate): choose loss \(fixed(trial.loss, 4)), training loss \(fixed(trial.trainingLoss ?? .nan, 4)) after \(trial.steps) steps"
      )
    case .training(let report, let speed, let epoch):
      let terms = report.terms.sorted { $0.key < $1.key }.map { "\($0.key) \(fixed($0.value, 4))" }
      printer.passing(
        "step \(report.step)/\(lastSteps ?? report.totalSteps)  epoch \(epoch + 1)  \(terms.joined(separator: "  "))  \(Int(saturating: speed)) tokens/s\(left(report))"
      )
    case .measured(let measurement, let isBest):
      let score = measurement.score.map { ", score \(fixed($0, 3))" } ?? ""
      let alone = measurement.expertLoss.map { " (the expert alone \(fixed($0, 4)))" } ?? ""
      printer.line(
        "step \(measurement.step), epoch \(measurement.epoch): choose loss \(fixed(measurement.loss, 4))\(alone)\(score)\(isBest ? " *" : "")"
      )
    case .allRows(let count, let steps):
      (lastSteps, start) = (steps, nil)
      printer.line("training once more, on all \(count) learn and choose rows: \(steps) steps")
    case .lastTrainingDropped(nil, let before):
      printer.line(
        "that diverged: the expert of before is kept, with its choose loss of \(fixed(before, 4)). A lower --learning-rate is safer."
      )
    case .lastTrainingDropped(let loss?, let before):
      printer.line(
        "that made it worse: under the combination that was chosen its loss on the choose rows is \(fixed(loss, 4)), and was \(fixed(before, 4))"
          + " before it had learned from them (not cross-fitted, as the losses above are). The earlier expert is kept; more passes (--max-epochs) help."
      )
    case .stopped(let stop): printer.line("training stops: \(Self.words(stop))")
    case .chosen(let choice):
      for candidate in choice.candidates {
        let mark = candidate.head == choice.chosen ? " ← chosen" : ""
        printer.line(
          "output head \(candidate.head.rawValue): choose loss \(fixed(candidate.loss, 4)), accuracy \(fixed(candidate.accuracy, 3)),"
            + " \(candidate.bytes) bytes\(mark)")
      }
      if choice.dropsExpert {
        printer.line(
          "the expert is not kept: the closed-form head alone says as much in fewer bytes (--output-head label keeps it)"
        )
      }
    }
  }

  /// How long the training may still take: it ends earlier where the choose rows say so.
  private func left(_ report: StepReport) -> String {
    let now = ContinuousClock.now
    guard let start, report.step > start.step else {
      start = (report.step, now)
      return ""
    }
    let seconds = start.at.duration(to: now) / .seconds(report.step - start.step)
    return "  at most \(duration(seconds * Double((lastSteps ?? report.totalSteps) - report.step))) left"
  }

  private static func words(_ stop: LearnEvidence.Stop) -> String {
    switch stop {
    case .patience: "the choose rows say that it no longer helps"
    case .maxEpochs: "--max-epochs is reached"
    case .budget: "--budget is used up"
    case .diverged: "it diverged (the best weights before are kept; a lower --learning-rate helps)"
    }
  }
}

/// What `learn` prints at its end.
enum LearnResult {
  private struct Result: Encodable {
    let version: String
    let digest: Digest
    let released: Bool
    let release: Int?
    let rows: LearnRows
    let metrics: [MetricRecord]
    let outputHead: OutputHead?
    let gates: GateReport
    let evidence: LearnEvidence
    let receipt: Receipt
    let warnings: [String]
    let bytes: Int
  }

  /// - Parameter outcome: What came of it.
  /// - Parameter json: As JSON.
  /// - Parameter pretty: JSON over several lines.
  /// - Parameter shown: Warnings that were shown before.
  /// - Parameter registry: What was said of the registry, for commands that are named.
  static func show(
    _ outcome: LearnOutcome, json: Bool, pretty: Bool = true, besides shown: Set<String> = [],
    in registry: RegistryOptions? = nil
  ) throws {
    let title = "\(outcome.version.reference)"
    guard !json else {
      let result = Result(
        version: title, digest: outcome.version.digest, released: outcome.release != nil,
        release: outcome.release?.revision, rows: outcome.rows, metrics: outcome.metrics, outputHead: outcome.head,
        gates: outcome.gates, evidence: outcome.evidence, receipt: outcome.receipt, warnings: outcome.warnings,
        bytes: outcome.version.bytes)
      return try Console.output(String(decoding: try JSONFile.encode(result, pretty: pretty), as: UTF8.self))
    }
    for metric in outcome.metrics {
      let interval = metric.low.flatMap { low in metric.high.map { " [\(fixed(low, 4)), \(fixed($0, 4))]" } } ?? ""
      try Console.output(
        "\(metric.name) \(fixed(metric.value, 4))\(interval)  n \(metric.n ?? 0)  (gate rows\(interval.isEmpty ? "" : ", two-sided 95 % interval"))"
          + (metric.name == "found" ? ": the share that `--route` gives to the task, by the text alone" : ""))
    }
    for gate in outcome.gates.failed {
      try Console.output(
        "\(gate.id) \(LearnPrinter.word(gate)): \(gate.question) \(LearnPrinter.answer(gate)): \(gate.finding)")
      if let help = gate.help { try Console.output("  \(registry?.hint(help) ?? help)") }
    }
    for warning in outcome.warnings where !shown.contains(warning) { try Console.output("warning: \(warning)") }
    if let release = outcome.release {
      let size = RegistryText.size(outcome.version.bytes)
      try Console.output("\(title): released, as release \(release.revision) (\(size))")
    } else {
      try Console.output("\(title): registered, not released; nothing changed for those who ask")
    }
  }
}

extension String {
  /// As one of a list: between quotation marks where it would be taken for several, or for a part of one.
  var asItem: String {
    let isPlain = unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || "_-./".unicodeScalars.contains($0)
    }
    return isPlain && !isEmpty ? self : debugDescription.printable
  }
}
