/// Makes this server's metrics, by names without their prefix.
struct MetricMaker: Sendable {
  let store: MetricStore
  /// Whether what vLLM has, too, is exported under its name as well.
  let vllmNames: Bool

  /// A counter or a gauge.
  /// - Parameter isVLLMs: Whether vLLM has one of this name with the same meaning.
  func numbers(
    _ name: String, _ kind: MetricForm.Kind, isVLLMs: Bool = false, help: String
  ) -> MetricFamily<NumberCell> {
    store.numbers(MetricForm("accrete_" + name, kind, help: help, alias: alias(name, isVLLMs)))
  }

  /// A histogram.
  func histogram(
    _ name: String, _ bounds: [Double], isVLLMs: Bool = false, help: String
  ) -> MetricFamily<HistogramCell> {
    store.histograms(
      MetricForm("accrete_" + name, .histogram, help: help, bounds: bounds, alias: alias(name, isVLLMs)))
  }

  private func alias(_ name: String, _ isVLLMs: Bool) -> String? { isVLLMs && vllmNames ? "vllm:" + name : nil }
}
