import Files
import Foundation
import Records
import Streams

/// Runs side by side: the one value that text, HTML, Markdown and JSON are made from.
public struct RunSummary: Sendable, Equatable, Encodable {
  /// A run that has tasks left to learn: what it shows so far is not a result.
  public struct Unfinished: Sendable, Equatable, Encodable {
    public let run: RunGroup.Member
    public let method: String
    public let learned: Int
    public let matrix: OrderMatrix?
    public let losses: LossCourse
  }

  /// What a run was made with.
  public struct Source: Sendable, Equatable, Encodable {
    public let name: String
    public let method: String
    public let learned: Int
    public let tasks: Int
    public let accrete: String
    public let libtorch: String
    public let base: String
  }

  /// The finished runs, by method, in the order of the arguments.
  public let groups: [RunGroup]
  public let unfinished: [Unfinished]
  /// Of all runs, in the order of the arguments.
  public let sources: [Source]
  public let metrics: [Measure]
  public let costs: [Measure]
  /// The method with the highest mean ACC against every other one.
  public let differences: [GroupDifference]
  /// Whether all groups were scored on the same rows of the same tasks; if not, no value is called the best.
  public let isComparable: Bool
  /// Whether every number of every matrix is the share of right labels.
  public let isPlainAccuracy: Bool
  /// What each task is scored by, a line for each; empty where all of it is the accuracy of labels.
  public let measures: [String]
  /// What a reader has to know before comparing.
  public let notes: [String]
  /// What finished runs warn of, each with its run's name: tasks of which nothing was learned, and a base that is only for trying.
  public let warnings: [String]

  /// - Throws: ``ReportError``.
  public init(_ runs: [ReportedRun]) throws {
    guard !runs.isEmpty else { throw ReportError.noRuns }
    let names = Self.names(runs.map(\.folder))
    let named = zip(runs, names).map { (run: $0, name: $1) }
    let finished = named.filter(\.run.isFinished)
    let kinds = try Self.kinds(finished)
    groups = kinds.map { kind in
      RunGroup(
        kind.runs.map(\.run), name: kind.name, folders: kind.runs.map(\.name), settings: kind.settings)
    }
    unfinished = named.filter { !$0.run.isFinished }.map { Unfinished($0.run, name: $0.name) }
    sources = named.map { Source($0.run, name: $0.name) }
    metrics = Self.metrics(finished.map(\.run))
    costs = Measure.costs.map(\.measure).filter { [groups] cost in groups.contains { $0.values[cost.name] != nil } }
    let questions = RunSettings.differing(kinds.map(\.settings)).filter(RunSettings.question.contains)
    isComparable = questions.isEmpty
    differences = questions.isEmpty ? Self.differences(kinds) : []
    isPlainAccuracy = runs.allSatisfy(\.manifest.isPlainAccuracy)
    measures = LayerStatistics.firsts(runs.flatMap { ScoreTable.measures(of: $0.manifest, n: $0.rows, .clean) })
    warnings = SharedWarnings.texts(
      finished.flatMap { run in (run.run.metrics?.warnings ?? []).map { (run: run.name, text: $0.onOneLine) } })
    notes = Self.notes(kinds, groups, questions: questions) + Self.dataNotes(runs)
  }

  /// What suites say about their tasks' data.
  private static func dataNotes(_ runs: [ReportedRun]) -> [String] {
    LayerStatistics.firsts(
      runs.flatMap { run in run.manifest.tasks.flatMap { run.manifest.scoring(of: $0).notes } })
  }

  private static func metrics(_ runs: [ReportedRun]) -> [Measure] {
    let all = runs.flatMap { $0.metrics?.metrics ?? [] }
    return LayerStatistics.firsts(all.map(\.name)).compactMap { name in
      let same = all.filter { $0.name == name }
      return same.first.map { Measure($0, isSigned: same.contains { $0.value < 0 }) }
    }
  }

  private static func differences(_ kinds: [Kind]) -> [GroupDifference] {
    func score(_ kind: Kind) -> Double {
      Estimate(whole: kind.runs.map(\.run.matrix.averageAccuracy))?.mean ?? -1
    }
    guard let best = kinds.max(by: { score($0) < score($1) }) else { return [] }
    return kinds.filter { $0.name != best.name }.compactMap { other in
      GroupDifference((best.name, best.runs.map(\.run)), (other.name, other.runs.map(\.run)))
    }
  }
}

extension RunSummary.Unfinished {
  init(_ run: ReportedRun, name: String) {
    self.init(
      run: RunGroup.Member(run, name: name), method: run.manifest.configuration.method, learned: run.learned,
      matrix: OrderMatrix.of([(run, run.matrix)]).first, losses: run.losses)
  }
}

extension RunSummary.Source {
  init(_ run: ReportedRun, name: String) {
    self.init(
      name: name, method: run.manifest.configuration.method, learned: run.learned, tasks: run.manifest.tasks.count,
      accrete: run.manifest.accrete, libtorch: run.manifest.libtorch,
      base: RunSettings.short(run.manifest.baseDigest))
  }
}
