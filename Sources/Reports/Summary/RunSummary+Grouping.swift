import Foundation
import Markup
import Records

extension RunSummary {
  /// The runs that become one group.
  struct Kind {
    var name: String
    let method: String
    let settings: RunSettings
    /// By order, then seed.
    var runs: [(run: ReportedRun, name: String)]
  }

  /// Runs of one method with the same settings belong together; order and seed may differ.
  static func kinds(_ runs: [(run: ReportedRun, name: String)]) throws -> [Kind] {
    var kinds: [Kind] = []
    for run in runs {
      let (method, settings) = (run.run.manifest.configuration.method, try RunSettings(run.run.manifest))
      let index = kinds.firstIndex { $0.method == method && $0.settings == settings }
      guard let index else {
        kinds.append(Kind(name: method, method: method, settings: settings, runs: [run]))
        continue
      }
      // A mean over the same run twice would have no spread.
      if let twin = kinds[index].runs.first(where: { $0.run.isTwin(of: run.run) }) {
        throw ReportError.sameRun(twin.run.folder.path, run.run.folder.path)
      }
      kinds[index].runs.append(run)
    }
    for index in kinds.indices {
      kinds[index].runs.sort { key($0.run) < key($1.run) }
      let same = kinds.filter { [method = kinds[index].method] kind in kind.method == method }
      let differing = RunSettings.differing(same.map(\.settings))
      guard !differing.isEmpty else { continue }
      kinds[index].name += ", " + kinds[index].settings.described(differing)
    }
    return kinds
  }

  private static func key(_ run: ReportedRun) -> (Int, UInt64, String) {
    let configuration = run.manifest.configuration
    return (configuration.source.order, configuration.seed, run.manifest.tasks.joined(separator: "/"))
  }

  /// What to call each folder: the shortest end of the paths that makes all of them different.
  static func names(_ folders: [URL]) -> [String] {
    let parts = folders.map { $0.standardizedFileURL.pathComponents.filter { $0 != "/" } }
    let longest = parts.map(\.count).max() ?? 0
    for length in 1...max(longest, 1) {
      let names = parts.map { $0.suffix(length).joined(separator: "/") }
      if Set(names).count == names.count { return names }
    }
    return folders.map(\.path)
  }

  /// What a reader has to know before comparing.
  static func notes(_ kinds: [Kind], _ groups: [RunGroup], questions: [String]) -> [String] {
    var notes: [String] = []
    if !questions.isEmpty {
      notes.append(
        "These methods were not scored on the same rows: they differ in \(questions.joined(separator: ", "))."
          + " No value is called the best.")
    }
    let others = RunSettings.differing(kinds.map(\.settings)).filter { !RunSettings.question.contains($0) }
    if !others.isEmpty {
      notes.append("Beside the method, these settings differ: \(others.joined(separator: ", ")).")
    }
    let pairs = Set(groups.map { group in Set(group.members.map { "\($0.tasks)/\($0.seed)" }) })
    if pairs.count > 1, questions.isEmpty {
      let runs = groups.map { "\($0.name): \($0.experiments)" }
      notes.append("The methods have runs of different orders and seeds. \(runs.joined(separator: "; ")).")
    }
    let bare = kinds.flatMap(\.runs).filter { $0.run.changes == nil }.map(\.name)
    if !bare.isEmpty {
      let more = bare.count > 3 ? ["\(bare.count - 3) more"] : []
      notes.append("Predictions are missing, and with them what rows tell: \(Format.list(bare.prefix(3) + more)).")
    }
    for kind in kinds {
      let formulas = Dictionary(grouping: kind.runs.flatMap { $0.run.metrics?.metrics ?? [] }, by: \.name)
      for (name, metrics) in formulas.sorted(by: { $0.key < $1.key }) where Set(metrics.map(\.formula)).count > 1 {
        notes.append("\(kind.name): \(name) has different formulas in different runs.")
      }
    }
    return notes
  }
}

extension RunGroup {
  /// Its orders and seeds in words, such as `orders 1, 2; seed 0`.
  var experiments: String {
    let (orders, seeds) = (Set(members.map(\.order)).sorted(), Set(members.map(\.seed)).sorted())
    func list(_ name: String, _ values: [String]) -> String {
      "\(name)\(values.count == 1 ? "" : "s") \(values.joined(separator: ", "))"
    }
    return list("order", orders.map { "\($0)" }) + "; " + list("seed", seeds.map { "\($0)" })
  }
}
