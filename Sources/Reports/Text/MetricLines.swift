import Files
import Foundation
public import Records

/// Metrics and costs as lines of text: each number with its formula, n and seed.
public enum MetricLines {
  public static func render(_ metrics: RunMetrics) -> String {
    var lines = metrics.metrics.map { line($0) } + (metrics.legacyMetrics ?? []).map { line($0, "legacy ") }
    for cost in metrics.costs {
      lines.append(
        "\(cost.task): \(String(format: "%.1f", cost.trainingSeconds)) s to learn, \(String(format: "%.0f", cost.tokensPerSecond.rounded(.down))) tokens/s,"
          + " \(cost.trainedParameters) trained parameters, \(cost.expertBytes) bytes of its own"
          + (cost.expertNumbers.map { " in \($0) numbers," } ?? ",")
          + (cost.servedBytes.map { " \($0) bytes on disk to serve it," } ?? "")
          + " \(String(format: "%.1f", cost.evaluationSeconds)) s to score, peak memory \(cost.peakResidentBytes >> 20) MiB"
          + (cost.deviceText.map { ", \($0)" } ?? "")
      )
    }
    return lines.map(\.onOneLine).joined(separator: "\n")
  }

  private static func line(_ metric: RunMetrics.Metric, _ column: String = "") -> String {
    func text(_ value: Double) -> String { RunMetrics.text(value, of: metric.name) }
    let interval = metric.interval95.map { " [\(text($0.lower)), \(text($0.upper))] (95 %)" } ?? ""
    let value = text(metric.value)
    return "\(column)\(metric.name) \(value)\(interval)  n \(metric.n)  seed \(metric.seed)  \(metric.formula)"
  }
}

extension TaskCosts {
  /// What a GPU's memory held; `nil` on the CPU.
  public var deviceText: String? {
    guard let device, let peak = deviceMemoryPeak else { return nil }
    return "\(peak >> 20) MiB on \(device)" + (deviceMemoryReserved.map { " (\($0 >> 20) MiB held)" } ?? "")
  }
}
