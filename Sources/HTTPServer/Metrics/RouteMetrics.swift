import Synchronization

/// What is counted of requests that said `auto`.
final class RouteMetrics: Sendable {
  private let routes: MetricFamily<NumberCell>
  private let confidence: HistogramCell
  private let busiest = Mutex(BusiestNames<String>(places: ExpertMetrics.places))

  init(_ maker: MetricMaker) {
    routes = maker.numbers(
      "route_total", .counter,
      help: "Requests that were routed, by task, which is empty where they belong to none, and outcome."
    )
    confidence = maker.histogram(
      "route_confidence", MetricBuckets.probability, help: "How sure the router was, 0 to 1."
    ).cell()
    for outcome in RouteOutcome.allCases where outcome != .routed { _ = routes.cell(Self.labels("", outcome)) }
  }

  func routed(to task: String?, _ outcome: RouteOutcome, confidence: Double?) {
    if let confidence { self.confidence.observe(confidence) }
    guard let task else { return routes.cell(Self.labels("", outcome)).count(1) }
    busiest.withLock { busiest in
      let use = busiest.use(task)
      if let replaced = use.replaced {
        for outcome in RouteOutcome.allCases { routes.remove(Self.labels(replaced, outcome)) }
      }
      routes.cell(Self.labels(use.hasPlace ? task : MetricLabel.other, outcome)).count(1)
    }
  }

  private static func labels(_ task: String, _ outcome: RouteOutcome) -> [MetricLabel] {
    [MetricLabel("task", task), MetricLabel("outcome", outcome.rawValue)]
  }
}
