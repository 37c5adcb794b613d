import Files
import Foundation
import Streams

/// `results.json`: what all complete cells of a comparison say together. A cell that is not complete is named and never counted.
public struct ComparisonResults: Sendable, Codable, Equatable {
  /// One number of a method over its complete cells.
  public struct Measure: Sendable, Codable, Equatable {
    public var name: String
    public var formula: String
    public var summary: SampleSummary
  }

  /// A method over its complete cells.
  public struct Method: Sendable, Codable, Equatable {
    public var method: String
    /// Names of the complete cells, and how many there will be.
    public var cells: [String]
    public var planned: Int
    /// Scored rows behind the metrics of each cell.
    public var n: [Int]
    /// Everything in `metrics.json`.
    public var metrics: [Measure]
    public var costs: [Measure]
  }

  /// A cell without a result, and how far it has come.
  public struct Unfinished: Sendable, Codable, Equatable {
    public var cell: String
    public var state: String
  }

  public var summaryFormula = SampleSummary.formula
  public var differenceFormula = MethodDifference.formula
  public var signTestFormula = PairedDifference.signTestFormula
  public var isComplete: Bool
  public var reference: String
  public var methods: [Method]
  /// Every other method against ``reference``.
  public var differences: [MethodDifference]
  public var cells: [CellResult]
  /// Names of those of ``cells`` whose run folders are gone.
  public var fromRecords: [String]
  public var notFinished: [Unfinished]

  /// Reads every cell of a comparison.
  ///
  /// - Parameters:
  ///   - comparison: Of `folder`.
  ///   - folder: Where its cells are.
  ///   - reference: The method that the others are compared with; `nil`: the first.
  /// - Throws: ``ComparisonError`` for a cell that is not of this comparison; ``RunError/invalidConfiguration(key:got:allowed:)``
  ///   for an unknown reference; `FileError`.
  public init(_ comparison: Comparison, in folder: ComparisonFolder, reference: String? = nil) throws {
    let methods = comparison.methods
    let reference = try comparison.reference(reference)
    let records = try comparison.cells.map { try CellRecord.read($0, in: folder, of: comparison) }
    cells = records.compactMap(\.self).map {
      CellResult($0, of: comparison, isFromRecord: !folder.hasRun($0.cell))
    }
    fromRecords = cells.filter(\.isFromRecord).map(\.cell.name)
    notFinished = zip(comparison.cells, records).filter { $1 == nil }.map { cell, _ in
      Unfinished(cell: cell.name, state: Self.state(folder.run(cell)))
    }
    isComplete = notFinished.isEmpty
    self.reference = reference
    self.methods = methods.map { [cells] method in
      Method(
        method, cells: cells.filter { $0.cell.method == method },
        planned: comparison.cells.count { $0.method == method })
    }
    let answers = try records.compactMap(\.self).map { record in
      try record.manifest.requireScoresOfRows()
      return try record.outcomes.lastAnswers(record.cell, tasks: record.manifest.tasks)
    }
    differences = try methods.filter { $0 != reference }.map { method in
      try MethodDifference(
        candidate: method, reference: reference,
        runs: answers.filter { $0.cell.method == method }.compactMap { one in
          let same = ComparisonCell(method: reference, order: one.cell.order, seed: one.cell.seed)
          return answers.first { $0.cell == same }.map { (one, $0) }
        })
    }
  }

  private static func state(_ run: RunFolder) -> String {
    guard let progress = CellProgress(run) else { return "not begun" }
    let step = progress.current.map { ", step \($0.step) of \($0.totalSteps) of \($0.task)" } ?? ""
    return "learned \(progress.learned) of \(progress.tasks) tasks" + step
  }
}

extension Comparison {
  /// The method that the others are compared with: the one that was asked for, or the first.
  /// - Throws: ``RunError/invalidConfiguration(key:got:allowed:)`` for one that is not in the grid.
  public func reference(_ wanted: String?) throws -> String {
    let reference = wanted ?? methods.first ?? ""
    guard methods.contains(reference) else {
      throw RunError.invalidConfiguration(
        key: "reference", got: reference, allowed: methods.listed)
    }
    return reference
  }
}

extension ComparisonResults.Method {
  package init(_ method: String, cells: [CellResult], planned: Int) {
    self.method = method
    self.cells = cells.map(\.cell.name)
    self.planned = planned
    n = cells.map { $0.metrics.metrics.first?.n ?? 0 }
    metrics = Self.measures(cells.map { $0.metrics.metrics.map { ($0.name, $0.formula, $0.value) } })
    costs = Self.measures(cells.map { CellCosts.measures($0.metrics.costs) })
  }

  /// Each name that a cell has, in the order of their first appearance.
  private static func measures(_ cells: [[CellCosts.Measure]]) -> [ComparisonResults.Measure] {
    var names: [String] = []
    for (name, _, _) in cells.joined() where !names.contains(name) { names.append(name) }
    return names.compactMap { name in
      let found = cells.joined().filter { $0.name == name }
      guard let first = found.first, let summary = SampleSummary(found.map(\.value)) else { return nil }
      return ComparisonResults.Measure(name: name, formula: first.formula, summary: summary)
    }
  }
}

/// What a whole run cost, in a few numbers.
enum CellCosts {
  typealias Measure = (name: String, formula: String, value: Double)

  package static func measures(_ costs: [TaskCosts]) -> [Measure] {
    guard let last = costs.last else { return [] }
    let count = Double(costs.count)
    func sum(_ value: (TaskCosts) -> Double) -> Double { costs.reduce(0) { $0 + value($1) } }
    let seconds = sum(\.trainingSeconds)
    // Of runs of versions that did not count them there are none.
    func counted(_ name: String, _ formula: String, _ values: [Int?]) -> [Measure] {
      let known = values.compactMap { $0.map(Double.init) }
      return known.count == values.count && !known.isEmpty
        ? [(name, formula, known.reduce(0, +) / Double(known.count))] : []
    }
    let numbers =
      counted(
        "expert numbers per task", "numbers in what a task alone owns, whatever type they are kept in, mean over tasks",
        costs.map(\.expertNumbers))
      + counted(
        "method numbers per task", "numbers in all tensors of the method after the last task, divided by the tasks",
        [last.methodNumbers]
      ).map { ($0.name, $0.formula, $0.value / count) }
    let served = counted(
      "served bytes per task", "bytes on disk of a task's adapter in experts/, mean over tasks; 0: none is written",
      costs.map(\.servedBytes))
    return [
      (
        "trained parameters", "values that training a task moves, the largest task",
        costs.map { Double($0.trainedParameters) }.max() ?? 0
      )
    ] + numbers + [
      (
        "expert bytes per task", "bytes of what a task alone owns, as stored, mean over tasks",
        sum { Double($0.expertBytes) } / count
      ),
      (
        "method bytes per task", "bytes of all tensors of the method after the last task, divided by the tasks",
        Double(last.methodBytes) / count
      ),
    ] + served + [
      ("training seconds", "seconds to learn all tasks", seconds),
      ("scoring seconds", "seconds to score the matrix rows after learning", sum(\.evaluationSeconds)),
      (
        "tokens per second", "real tokens of all training steps / training seconds",
        sum { Double($0.trainingTokens) } / max(seconds, 1e-9)
      ),
      (
        "peak memory bytes", "largest resident memory of the process, the largest task",
        costs.map { Double($0.peakResidentBytes) }.max() ?? 0
      ),
    ] + ofDevice(costs)
  }

  /// Memory of a GPU, of runs that computed on one.
  private static func ofDevice(_ costs: [TaskCosts]) -> [Measure] {
    let known = costs.compactMap(\.deviceMemoryPeak)
    guard known.count == costs.count, let most = known.max() else { return [] }
    return [("peak device memory bytes", "bytes in tensors on the device, the largest task", Double(most))]
  }
}

extension Manifest {
  /// Methods are compared row by row, so that every row must have a score of its own.
  /// - Throws: ``RunError/invalidConfiguration(key:got:allowed:)``.
  package func requireScoresOfRows() throws {
    let task = tasks.first { task in
      [scoring(of: task).clean, scoring(of: task).legacy].contains { $0?.isMacroF1 == true }
    }
    guard let task else { return }
    throw RunError.invalidConfiguration(
      key: "scorer", got: "macro-f1 for \(task), which is not a mean over rows",
      allowed: "in a comparison a measure that each row has")
  }
}
