import Foundation
import Records

/// What a column of numbers tells, and which of them is the best.
public struct Measure: Sendable, Equatable, Encodable {
  /// How its numbers are written.
  public enum Unit: String, Sendable, Encodable {
    /// From 0 to 1.
    case fraction
    /// A difference of fractions, with its sign.
    case change
    case seconds
    case bytes
    /// A whole number.
    case count
    /// Of tokens a second.
    case rate
  }

  /// Which end is the good one.
  public enum Better: String, Sendable, Encodable { case larger, smaller }

  public let name: String
  public let formula: String
  public let unit: Unit
  /// `nil` where it is not known: no value is called the best then.
  public let better: Better?

  /// What a run's `metrics.json` calls by this name.
  ///
  /// Names that came up after this was written are shown too: they are larger-is-better if they are an accuracy.
  init(_ metric: RunMetrics.Metric, isSigned: Bool) {
    name = metric.name
    formula = metric.formula
    let lowercase = metric.name.lowercased()
    let family = lowercase.prefix { $0.isLetter }
    unit = isSigned || RunMetrics.isChange(name) ? .change : .fraction
    better =
      family == "fgt" || lowercase.contains("forgetting")
      ? .smaller
      : ["acc", "bwt", "fwt", "la"].contains(family) || lowercase.contains("accuracy")
        || lowercase.hasPrefix("stripping rate") ? .larger : nil
  }

  private init(_ name: String, _ formula: String, _ unit: Unit, _ better: Better) {
    (self.name, self.formula, self.unit, self.better) = (name, formula, unit, better)
  }

  /// What learning cost, from the costs of a run's tasks.
  static let costs: [(measure: Measure, value: @Sendable ([TaskCosts]) -> Double?)] = [
    (
      Measure("time to learn", "seconds of training, all tasks together", .seconds, .smaller),
      { total($0, \.trainingSeconds) }
    ),
    (
      Measure("tokens/s", "tokens trained on / seconds of training", .rate, .larger),
      { costs in
        let seconds = total(costs, \.trainingSeconds)
        return seconds > 0 ? total(costs) { Double($0.trainingTokens) } / seconds : nil
      }
    ),
    (
      Measure("time to score", "seconds to score all tasks, after each of them together", .seconds, .smaller),
      { total($0, \.evaluationSeconds) }
    ),
    (
      Measure("numbers per task", "numbers that one task alone owns, in whatever type, the largest", .count, .smaller),
      { most($0, \.expertNumbers) }
    ),
    (
      Measure("numbers in all", "numbers in all tensors of the method after the last task", .count, .smaller),
      { $0.last?.methodNumbers.map(Double.init) }
    ),
    (
      Measure(
        "served per task", "bytes on disk of a task's adapter in experts/, the largest; 0: none is written", .bytes,
        .smaller),
      { most($0, \.servedBytes) }
    ),
    (
      Measure("kept per task", "bytes that one task alone owns, the largest", .bytes, .smaller),
      { $0.map { Double($0.expertBytes) }.max() }
    ),
    (
      Measure("kept in all", "bytes of all tensors of the method after the last task", .bytes, .smaller),
      { $0.last.map { Double($0.methodBytes) } }
    ),
    (
      Measure("trained values", "numbers that training moves in one task, the most", .count, .smaller),
      { $0.map { Double($0.trainedParameters) }.max() }
    ),
    (
      Measure("peak memory", "the largest resident memory of the process", .bytes, .smaller),
      { $0.map { Double($0.peakResidentBytes) }.max() }
    ),
    (
      Measure("peak memory of the GPU", "bytes in tensors on the device, at most in any task", .bytes, .smaller),
      { most($0, \.deviceMemoryPeak) }
    ),
    (
      Measure("held on the GPU", "bytes that libtorch held on the device at a task's end, at most", .bytes, .smaller),
      { most($0, \.deviceMemoryReserved) }
    ),
  ]

  /// `nil` where a task's is not known.
  private static func most(_ costs: [TaskCosts], _ value: (TaskCosts) -> Int?) -> Double? {
    let known = costs.compactMap(value)
    return known.count == costs.count ? known.max().map(Double.init) : nil
  }

  private static func total(_ costs: [TaskCosts], _ value: (TaskCosts) -> Double) -> Double {
    costs.reduce(0) { $0 + value($1) }
  }
}
