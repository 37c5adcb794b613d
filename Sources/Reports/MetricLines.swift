import Foundation
public import Runs

/// Metrics and costs as lines of text: each number with its formula, n and seed.
public enum MetricLines {
  public static func render(_ metrics: RunMetrics) -> String {
    var lines = (metrics.metrics + (metrics.legacyMetrics ?? [])).map { metric in
      let interval =
        metric.interval95.map { String(format: " [%+.4f, %+.4f] (95 %%)", $0.lower, $0.upper) } ?? ""
      return
        "\(metric.name) \(String(format: "%+.4f", metric.value))\(interval)  n \(metric.n)  seed \(metric.seed)  \(metric.formula)"
    }
    for cost in metrics.costs {
      lines.append(
        "\(cost.task): \(String(format: "%.1f", cost.trainingSeconds)) s to learn, \(Int(cost.tokensPerSecond)) tokens/s,"
          + " \(cost.trainedParameters) parameters, \(cost.expertBytes) bytes of its own,"
          + " \(String(format: "%.1f", cost.evaluationSeconds)) s to score, peak memory \(cost.peakResidentBytes >> 20) MiB"
      )
    }
    return lines.joined(separator: "\n")
  }
}
