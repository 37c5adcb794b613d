/// A number by which servers are compared.
enum ComparedFigure: String, CaseIterable, Codable, Sendable {
  case outputTokensPerSecond
  case requestsPerSecond
  case goodput
  case ttftMedian
  case ttftP99
  case tpotMedian
  case itlP99
  case e2elMedian
  case processorSecondsPerThousandTokens
  case peakResidentBytes

  /// As a table calls it.
  var title: String {
    switch self {
    case .outputTokensPerSecond: "output tokens/s"
    case .requestsPerSecond: "requests/s"
    case .goodput: "goodput, requests/s"
    case .ttftMedian: "TTFT p50, ms"
    case .ttftP99: "TTFT p99, ms"
    case .tpotMedian: "TPOT p50, ms"
    case .itlP99: "ITL p99, ms"
    case .e2elMedian: "E2EL p50, ms"
    case .processorSecondsPerThousandTokens: "CPU s per 1000 output tokens"
    case .peakResidentBytes: "peak memory, MiB"
    }
  }

  /// As a table shows a value.
  func shown(_ value: Double?) -> String {
    switch self {
    case .ttftMedian, .ttftP99, .tpotMedian, .itlP99, .e2elMedian: Figures.milliseconds(value)
    case .peakResidentBytes: Figures.text(value.map { $0 / 1_048_576 }, places: 1)
    default: Figures.text(value)
    }
  }

  /// Its value in a measurement; `nil`: it was not measured.
  func value(of measurement: Measurement) -> Double? {
    let summary = measurement.summary
    switch self {
    case .outputTokensPerSecond: return summary.outputTokensPerSecond
    case .requestsPerSecond: return summary.requestsPerSecond
    case .goodput: return summary.goodput
    case .ttftMedian: return summary.ttft?.median
    case .ttftP99: return summary.ttft?.p99
    case .tpotMedian: return summary.tpot?.median
    case .itlP99: return summary.itl?.p99
    case .e2elMedian: return summary.e2el?.median
    case .processorSecondsPerThousandTokens:
      let seconds = measurement.processes.compactMap(\.processorSeconds)
      guard !seconds.isEmpty, seconds.count == measurement.processes.count, summary.outputTokens > 0 else { return nil }
      return seconds.reduce(0, +) / Double(summary.outputTokens) * 1000
    case .peakResidentBytes:
      let bytes = measurement.processes.compactMap(\.peakResidentBytes)
      guard !bytes.isEmpty, bytes.count == measurement.processes.count else { return nil }
      return bytes.reduce(0.0) { $0 + Double($1) }
    }
  }
}
