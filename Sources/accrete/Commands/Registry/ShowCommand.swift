import ArgumentParser
import Evolution
import Experts
import Files
import Foundation
import Learning
import ModelConfiguration
import Records
import Registry
import Serving
import Streams
import TaskModels

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a version: scores, gates, rows, parts, what it was made from.")

  @Argument(
    help: ArgumentHelp(
      "NAME (the released version, else the newest), NAME@NUMBER or NAME:ALIAS.", valueName: "version"),
    completion: .versions)
  var version: String

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  /// Everything that is shown.
  private struct Shown: Encodable {
    let version: VersionRecord
    let isReleased: Bool
    let manifest: VersionManifest
    let metrics: [MetricRecord]
    let gates: [GateRecord]
    /// What each gate found, by the last report; empty where that was purged.
    let findings: [Gate]
    let aliases: [String]
    let restsOn: [String]
    let dependents: [String]
  }

  func run() throws {
    try Failure.reported {
      let registry = try options.open()
      let shown = try shown(registry)
      try Console.output(try json ? RegistryText.json(shown) : text(shown, registry))
    }
  }

  private func shown(_ registry: Registry) throws -> Shown {
    let reference = try VersionReference(parsing: version)
    let record: VersionRecord
    do {
      record = try registry.version(reference)
    } catch RegistryError.notReleased(let name, let newest) {
      guard let last = try newest ?? registry.versions(named: name).last?.number else {
        throw RegistryError.notReleased(name: name, newest: nil)
      }
      record = try registry.version(VersionReference(name, .number(last)))
    }
    let manifest = try registry.manifest(of: record)
    let aliases = try registry.aliases(of: record.name).filter { $0.number == record.number }.map(\.alias)
    let gates = try registry.gates(of: record)
    return Shown(
      version: record, isReleased: aliases.contains(AliasRecord.production), manifest: manifest,
      metrics: try registry.metrics(of: record), gates: gates, findings: try registry.findings(gates),
      aliases: aliases,
      restsOn: try manifest.restsOn.map { "\(try registry.version(digest: $0).reference)" },
      dependents: try registry.dependents(of: record.name).map { "\($0.reference)" })
  }

  /// How the task is asked and answered.
  private static func rows(of model: TaskModelRecord) -> [[String]] {
    let description = model.description
    var rows: [[String]] = []
    if !description.form.instruction.isEmpty { rows.append(["instruction", description.form.instruction.printable]) }
    if !description.form.cue.isEmpty { rows.append(["cue", description.form.cue.printable]) }
    if let template = description.form.template { rows.append(["chat template", "\(template.digest)"]) }
    if let head = description.head {
      let isDropped = model.evidence?.choice?.dropsExpert ?? false
      rows.append(["output head", head.rawValue + (isDropped ? "; the expert that was trained is not kept" : "")])
    }
    if let sets = description.labelSets {
      let thresholds = zip(description.form.labels, sets.thresholds).map { "\($0.printable) \(fixed($1, 3))" }
      rows.append(["thresholds", thresholds.joined(separator: ", ")])
    }
    if let shape = description.shape { rows.append(["expert", "rank \(shape.rank), alpha \(shape.alpha)"]) }
    if let evidence = model.evidence, let rate = evidence.learningRate {
      let stop = evidence.stop.map { ", ended by \($0.rawValue)" } ?? ""
      let isDropped = evidence.allRows.map { !$0.isKept } ?? false
      let again =
        evidence.allRowsSteps.map {
          "; then \($0) steps on learn and choose rows\(isDropped ? ", which made it worse and are not kept" : "")"
        } ?? ""
      rows.append(["training", "learning rate \(rate), \(evidence.steps) steps\(stop)\(again)"])
    }
    return rows
  }

  /// A state, with what follows from it where that is not plain.
  private static func words(_ state: VersionRecord.State) -> String {
    switch state {
    case .registered: "registered"
    case .retired: "retired: it can be neither released nor loaded"
    case .purged: "purged: `accrete registry gc` has removed its files"
    }
  }

  private func text(_ shown: Shown, _ registry: Registry) throws -> String {
    let (version, manifest) = (shown.version, shown.manifest)
    var rows: [[String]] = [
      ["version", "\(version.reference), \(shown.isReleased ? "released" : Self.words(version.state))"],
      ["digest", "\(version.digest)"],
      ["created", "\(RegistryText.time(version.created)) by \(version.actor)"],
    ]
    let model = try? manifest.taskModel(of: "\(version.reference)")
    let several = model?.description.form.kind == .severalLabels ? ", any number of them a row" : ""
    let labels = manifest.kind == .label ? "\(manifest.labels.count) labels\(several)" : "free answers"
    rows.append(["method", "\(manifest.method), \(labels)"])
    if !manifest.labels.isEmpty { rows.append(["labels", manifest.labels.map(\.asItem).listed]) }
    for metric in shown.metrics {
      let own = metric.task.hasSameCodePoints(as: version.name)
      rows.append(["score", RegistryText.score(metric) + (own ? "" : " on \(metric.task)")])
    }
    for gate in shown.gates {
      rows.append(["gates", gate.verdict.rawValue + (gate.reason.map { ": \($0)" } ?? "") + ", \(gate.report.digest)"])
    }
    for gate in shown.findings { rows.append(["  \(gate.id)", "\(LearnPrinter.word(gate)): \(gate.finding)"]) }
    if let model { rows += Self.rows(of: model) }
    for data in manifest.data {
      rows.append(["\(data.role) rows", "\(data.rows)" + (data.from.map { " of \($0)" } ?? "") + ", \(data.digest)"])
    }
    for (role, blob) in manifest.parts.sorted(by: { $0.key < $1.key }) {
      rows.append(["part \(role)", "\(RegistryText.size(blob.bytes)), \(blob.digest)"])
    }
    if let parent = manifest.parent {
      let name = (try? registry.version(digest: parent)).map { "\($0.reference), " } ?? ""
      rows.append(["made from", name + "\(parent)"])
    }
    if let start = manifest.run["startsFrom"]?.string { rows.append(["starts from", start.printable]) }
    if !shown.restsOn.isEmpty { rows.append(["rests on", shown.restsOn.listed]) }
    if !shown.dependents.isEmpty { rows.append(["used by", shown.dependents.listed]) }
    let others = shown.aliases.filter { $0 != AliasRecord.production }
    if !others.isEmpty { rows.append(["aliases", others.listed]) }
    rows.append(["base", "\(manifest.base)"])
    rows.append(["tokenizer", "\(manifest.tokenizer)"])
    if let compute = model?.description.compute { rows.append(["computed in", compute.rawValue]) }
    if let weights = model?.description.weights { rows.append(["weights", weights.rawValue]) }
    rows.append(["numerics", manifest.numerics])
    rows.append(["size", RegistryText.size(version.bytes)])
    return RegistryText.table(rows)
  }
}
