public import CoreMetrics

/// Takes what other libraries count by swift-metrics into a ``MetricStore``.
///
/// | swift-metrics | Prometheus |
/// |---|---|
/// | `Counter`, `FloatingPointCounter` | counter |
/// | `Meter`, `Gauge`, `Recorder` that does not aggregate | gauge |
/// | `Recorder` that aggregates | histogram |
/// | `Timer` | histogram in seconds; `_seconds` ends its name |
///
/// Characters that Prometheus does not allow in a name become `_`.
public struct PrometheusFactory: MetricsFactory {
  private let store: MetricStore

  /// - Parameter store: What takes everything in.
  public init(_ store: MetricStore) { self.store = store }

  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    NumberHandler(numbers(label, .counter), MetricLabel.allowed(dimensions))
  }

  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    NumberHandler(numbers(label, .counter), MetricLabel.allowed(dimensions))
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    NumberHandler(numbers(label, .gauge), MetricLabel.allowed(dimensions))
  }

  public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    guard aggregate else { return NumberHandler(numbers(label, .gauge), MetricLabel.allowed(dimensions)) }
    let form = MetricForm(
      MetricName.allowed(label, colons: true), .histogram, help: "\(label), recorded by a library of this server.",
      bounds: MetricBuckets.anything)
    return HistogramHandler(store.histograms(form), MetricLabel.allowed(dimensions))
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    let name = MetricName.allowed(label, colons: true)
    let form = MetricForm(
      name.hasSuffix("_seconds") ? name : name + "_seconds", .histogram,
      help: "\(label) in seconds, measured by a library of this server.", bounds: MetricBuckets.seconds)
    return HistogramHandler(store.histograms(form), MetricLabel.allowed(dimensions))
  }

  private func numbers(_ label: String, _ kind: MetricForm.Kind) -> MetricFamily<NumberCell> {
    let help = kind == .counter ? "counted" : "measured"
    return store.numbers(
      MetricForm(
        MetricName.allowed(label, colons: true), kind, help: "\(label), \(help) by a library of this server."))
  }

  public func destroyCounter(_ handler: any CounterHandler) { (handler as? NumberHandler)?.destroy() }
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
    (handler as? NumberHandler)?.destroy()
  }
  public func destroyMeter(_ handler: any MeterHandler) { (handler as? NumberHandler)?.destroy() }
  public func destroyRecorder(_ handler: any RecorderHandler) {
    (handler as? NumberHandler)?.destroy()
    (handler as? HistogramHandler)?.destroy()
  }
  public func destroyTimer(_ handler: any TimerHandler) { (handler as? HistogramHandler)?.destroy() }
}
