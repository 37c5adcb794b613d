/// What is counted of requests.
struct RequestMetrics: Sendable {
  let success: [RequestEnd: NumberCell]
  let cancelled: [CancelReason: NumberCell]
  let inFlight: NumberCell
  let promptTokens: HistogramCell
  let generationTokens: HistogramCell
  let timeToFirstToken: HistogramCell
  let interTokenLatency: HistogramCell
  let latency: HistogramCell
  let queueTime: HistogramCell
  let prefillTime: HistogramCell
  let decodeTime: HistogramCell

  init(_ maker: MetricMaker, model: MetricLabel) {
    let success = maker.numbers(
      "request_success_total", .counter, isVLLMs: true, help: "Requests that are over, by how they ended.")
    self.success = Self.cells(RequestEnd.allCases) {
      success.cell([model, MetricLabel("finished_reason", $0.rawValue)])
    }
    let cancelled = maker.numbers(
      "cancelled_total", .counter, help: "Requests that were given up while they ran, by the reason.")
    self.cancelled = Self.cells(CancelReason.allCases) { cancelled.cell([MetricLabel("reason", $0.rawValue)]) }
    inFlight = maker.numbers(
      "http_inflight", .gauge, help: "HTTP requests that have been read and not been answered to the end."
    ).cell()

    func histogram(_ name: String, _ bounds: [Double], _ help: String) -> HistogramCell {
      maker.histogram(name, bounds, isVLLMs: true, help: help).cell([model])
    }
    promptTokens = histogram("request_prompt_tokens", MetricBuckets.tokens, "Tokens of a request's prompt.")
    generationTokens = histogram(
      "request_generation_tokens", MetricBuckets.tokens, "Tokens that were written for a request.")
    timeToFirstToken = histogram(
      "time_to_first_token_seconds", MetricBuckets.firstToken, "Seconds from a request's arrival to its first token.")
    interTokenLatency = histogram(
      "inter_token_latency_seconds", MetricBuckets.betweenTokens, "Seconds between two tokens of an answer.")
    latency = histogram(
      "e2e_request_latency_seconds", MetricBuckets.request, "Seconds from a request's arrival to its end.")
    queueTime = histogram(
      "request_queue_time_seconds", MetricBuckets.firstToken, "Seconds that a request waited for a place.")
    prefillTime = histogram(
      "request_prefill_time_seconds", MetricBuckets.firstToken,
      "Seconds from a request's place to its first token: its prompt is read.")
    decodeTime = histogram(
      "request_decode_time_seconds", MetricBuckets.request, "Seconds from a request's first token to its last.")
  }

  private static func cells<Key: Hashable>(_ keys: [Key], _ cell: (Key) -> NumberCell) -> [Key: NumberCell] {
    Dictionary(uniqueKeysWithValues: keys.map { ($0, cell($0)) })
  }
}
