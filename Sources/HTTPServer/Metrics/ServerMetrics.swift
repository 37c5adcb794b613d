/// Everything that this server counts, by names that say what has happened.
///
/// ```swift
/// let metrics = ServerMetrics(base: "seedling", maxExperts: 64, vllmNames: true)
/// metrics.requestFinished(.stop, expert: ExpertName(name: "spam", version: 7), usage: usage, after: elapsed)
/// metrics.take(engine.statistics) { catalog.name(of: $0) }
/// let body = metrics.text()
/// ```
///
/// Names are vLLM's where the meaning is the same, after `accrete_`, and on request after `vllm:` as well. Every series that does not depend on
/// a name is there from the start, at zero. A ``RequestWatch`` calls what belongs to one request.
public final class ServerMetrics: Sendable {
  /// What holds the numbers; other libraries' go there through a ``PrometheusFactory``.
  public let store: MetricStore

  let requests: RequestMetrics
  let engine: EngineMetrics
  let experts: ExpertMetrics
  let routes: RouteMetrics
  private let process: ProcessMetrics
  let revision: MetricFamily<NumberCell>
  private let lostSpans: NumberCell
  private let lostLines: NumberCell

  /// - Parameters:
  ///   - base: The base's served name, which is the label `model_name`.
  ///   - maxExperts: How many experts may be in one step.
  ///   - vllmNames: Whether what vLLM has, too, is exported under its name as well.
  ///   - store: What holds the numbers.
  public init(base: String, maxExperts: Int, vllmNames: Bool = false, store: MetricStore = MetricStore()) {
    self.store = store
    let (maker, model) = (MetricMaker(store: store, vllmNames: vllmNames), MetricLabel("model_name", base))
    requests = RequestMetrics(maker, model: model)
    engine = EngineMetrics(maker, model: model)
    experts = ExpertMetrics(maker, maxExperts: maxExperts)
    routes = RouteMetrics(maker)
    process = ProcessMetrics(store)
    revision = maker.numbers("release_revision", .gauge, help: "Revision of the release that is served.")
    lostSpans = maker.numbers(
      "trace_spans_dropped_total", .counter,
      help: "Spans that were not written: too many at once, or a file that cannot be written."
    ).cell()
    lostLines = maker.numbers(
      "log_lines_dropped_total", .counter, help: "Lines of the log that could not be written."
    ).cell()
  }

  /// All metrics in Prometheus' text format, to be served as ``MetricStore/contentType``.
  public func text() -> [UInt8] {
    process.take()
    return store.text()
  }

  /// Takes over what traces and the log could not write.
  public func take(lostSpans: Int, lostLines: Int) {
    self.lostSpans.set(Double(lostSpans))
    self.lostLines.set(Double(lostLines))
  }

  /// Takes over which release is served; `nil`: none.
  public func take(revision: Int?) {
    self.revision.replaceAll(revision.map { [(labels: [], value: Double($0))] } ?? [])
  }
}
