import CoreMetrics
import Files
import Serving
import Testing

@testable import HTTPServer

/// Has every metric its name and its value, and are there never more series than may be?
@Suite struct ServerMetricsTests {
  private let metrics = ServerMetrics(base: "seedling", maxExperts: 64, vllmNames: true)
  private let usage = EngineUsage(promptTokens: 100, cachedTokens: 64, completionTokens: 20)

  private func read() throws -> PrometheusPage { try PrometheusPage(metrics.text()) }

  private static func isNear(_ value: Double?, _ expected: Double) -> Bool {
    value.map { abs($0 - expected) <= 1e-9 * max(abs(expected), 1) } ?? false
  }

  private static let vllm = [
    "num_requests_running": "gauge", "num_requests_waiting": "gauge", "kv_cache_usage_perc": "gauge",
    "prefix_cache_queries_total": "counter", "prefix_cache_hits_total": "counter", "prompt_tokens_total": "counter",
    "generation_tokens_total": "counter", "request_success_total": "counter", "num_preemptions_total": "counter",
    "request_prompt_tokens": "histogram", "request_generation_tokens": "histogram",
    "time_to_first_token_seconds": "histogram", "inter_token_latency_seconds": "histogram",
    "e2e_request_latency_seconds": "histogram", "request_queue_time_seconds": "histogram",
    "request_prefill_time_seconds": "histogram", "request_decode_time_seconds": "histogram",
    "iteration_tokens_total": "histogram", "lora_requests_info": "gauge",
  ]
  private static let own = [
    "accrete_expert_requests_total": "counter", "accrete_expert_tokens_total": "counter",
    "accrete_expert_resident": "gauge", "accrete_expert_loads_total": "counter",
    "accrete_expert_memory_bytes": "gauge", "accrete_expert_load_seconds": "histogram",
    "accrete_expert_evictions_total": "counter",
    "accrete_experts_in_batch": "histogram", "accrete_route_total": "counter",
    "accrete_route_confidence": "histogram", "accrete_release_revision": "gauge", "accrete_http_inflight": "gauge",
    "accrete_cancelled_total": "counter", "process_resident_memory_bytes": "gauge",
    "process_cpu_seconds_total": "counter", "process_open_fds": "gauge", "process_start_time_seconds": "gauge",
    "accrete_trace_spans_dropped_total": "counter", "accrete_log_lines_dropped_total": "counter",
    "accrete_metric_series_refused_total": "counter",
  ]

  @Test func everyNameIsThereFromTheStart() throws {
    let expected = Self.own.merging(
      Self.vllm.flatMap { [("accrete_" + $0.key, $0.value), ("vllm:" + $0.key, $0.value)] }
    ) { $1 }
    let page = try read()
    #expect(page.metrics.mapValues(\.type) == expected)
    #expect(page.metrics.values.allSatisfy { !$0.help.isEmpty })
    // What nobody has used is at zero, so that the first use is seen as a change.
    #expect(page.value("accrete_request_success_total", ["finished_reason": "length", "model_name": "seedling"]) == 0)
    #expect(page.value("vllm:time_to_first_token_seconds_count", ["model_name": "seedling"]) == 0)
    #expect(page.value("accrete_metric_series_refused_total") == 0)
  }

  @Test func withoutVLLMsNames() throws {
    let page = try PrometheusPage(ServerMetrics(base: "seedling", maxExperts: 64).text())
    #expect(
      page.metrics.keys.allSatisfy { !$0.hasPrefix("vllm:") } && page.metrics["accrete_num_requests_running"] != nil)
  }

  @Test func bothNamesHaveTheSameValue() throws {
    metrics.firstToken(after: .milliseconds(30))
    metrics.requestFinished(.stop, expert: nil, usage: usage, after: .seconds(1))
    let page = try read()
    for name in Self.vllm.keys {
      let (one, other) = (page.metrics["accrete_" + name]?.samples ?? [], page.metrics["vllm:" + name]?.samples ?? [])
      #expect(one.map(\.value) == other.map(\.value) && one.map(\.labels) == other.map(\.labels), "\(name)")
    }
  }

  @Test func aRequest() throws {
    metrics.httpStarted()
    metrics.httpStarted()
    metrics.httpEnded()
    metrics.queued(for: .milliseconds(15))
    metrics.prefilled(in: .milliseconds(250))
    metrics.firstToken(after: .milliseconds(265))
    metrics.tokens(4, after: .milliseconds(40))
    metrics.tokens(0, after: .seconds(100))
    metrics.decoded(in: .seconds(2))
    metrics.requestFinished(.length, expert: ExpertName(name: "spam", version: 7), usage: usage, after: .seconds(3))
    metrics.requestFinished(.error, expert: ExpertName(name: "spam", version: 7), usage: nil, after: .seconds(1))
    metrics.requestFinished(.abort, expert: nil, usage: nil, after: .seconds(1))
    metrics.cancelled(.stalled)
    let page = try read()
    #expect(page.value("accrete_http_inflight") == 1)
    #expect(Self.isNear(page.value("accrete_request_queue_time_seconds_sum"), 0.015))
    #expect(Self.isNear(page.value("accrete_request_prefill_time_seconds_sum"), 0.25))
    #expect(page.value("accrete_time_to_first_token_seconds_bucket", ["le": "0.25"]) == 0)
    #expect(page.value("accrete_time_to_first_token_seconds_bucket", ["le": "0.5"]) == 1)
    #expect(page.value("accrete_inter_token_latency_seconds_count") == 4)
    #expect(Self.isNear(page.value("accrete_inter_token_latency_seconds_sum"), 0.04))
    #expect(page.value("accrete_request_decode_time_seconds_sum") == 2)
    #expect(page.value("accrete_e2e_request_latency_seconds_count") == 3)
    #expect(
      page.value("accrete_request_prompt_tokens_sum") == 100
        && page.value("accrete_request_generation_tokens_sum") == 20)
    for (reason, count) in [("stop", 0.0), ("length", 1), ("error", 1), ("abort", 1)] {
      #expect(page.value("accrete_request_success_total", ["finished_reason": reason]) == count)
    }
    #expect(page.value("accrete_expert_requests_total", ["expert": "spam", "version": "7", "status": "ok"]) == 1)
    #expect(page.value("accrete_expert_requests_total", ["expert": "spam", "version": "7", "status": "error"]) == 1)
    for (kind, count) in [("prompt", 100.0), ("cached", 64), ("generation", 20)] {
      #expect(page.value("accrete_expert_tokens_total", ["expert": "spam", "kind": kind]) == count)
    }
    #expect(page.value("accrete_cancelled_total", ["reason": "stalled"]) == 1)
    #expect(page.value("accrete_cancelled_total", ["reason": "deadline"]) == 0)
  }

  @Test func routes() throws {
    metrics.routed(to: "spam", .routed, confidence: 0.93)
    metrics.routed(to: nil, .unknown, confidence: nil)
    metrics.routed(to: nil, .refused, confidence: .nan)
    let page = try read()
    #expect(page.value("accrete_route_total", ["task": "spam", "outcome": "routed"]) == 1)
    #expect(page.value("accrete_route_total", ["task": "", "outcome": "unknown"]) == 1)
    #expect(page.value("accrete_route_total", ["task": "", "outcome": "refused"]) == 1)
    #expect(page.value("accrete_route_confidence_count") == 1)
    #expect(page.value("accrete_route_confidence_bucket", ["le": "0.9"]) == 0)
    #expect(page.value("accrete_route_confidence_bucket", ["le": "0.95"]) == 1)
  }

  @Test func theEngine() throws {
    metrics.stepDone(tokens: 130, experts: 3)
    metrics.expertLoaded(after: .milliseconds(20))
    metrics.take(
      .sample([
        .sample(1, references: 2, isPinned: true), .sample(2), .sample(3, state: .loading),
        .sample(4, state: .draining, references: 1), .sample(5, state: .failed),
      ])
    ) { digest in
      (1...4).first { ResidentExpert.digest($0) == digest }.map { ExpertName(name: "expert-\($0)", version: 1) }
    }
    metrics.take(revision: 12)
    metrics.take(lostSpans: 3, lostLines: 4)
    let page = try read()
    let numbers: KeyValuePairs = [
      "num_requests_running": 3.0, "num_requests_waiting": 4, "kv_cache_usage_perc": 0.25,
      "prefix_cache_queries_total": 1_001, "prefix_cache_hits_total": 501, "prompt_tokens_total": 2_001,
      "generation_tokens_total": 3_001, "num_preemptions_total": 7, "iteration_tokens_total_sum": 130,
      "experts_in_batch_sum": 3, "expert_load_seconds_sum": 0.02, "expert_evictions_total": 17, "release_revision": 12,
      "trace_spans_dropped_total": 3, "log_lines_dropped_total": 4,
    ]
    for (name, value) in numbers { #expect(Self.isNear(page.value("accrete_" + name), value), "\(name)") }
    #expect(page.value("accrete_expert_loads_total", ["result": "ok"]) == 19)
    #expect(page.value("accrete_expert_loads_total", ["result": "failed"]) == 5)
    let resident = try #require(page.metrics["accrete_expert_resident"]).samples
    #expect(resident.map { $0.labels["expert"] ?? "" }.sorted() == ["expert-1", "expert-2", "expert-4"])
    // Of three that are loaded.
    #expect(page.value("accrete_expert_memory_bytes", ["kind": "mapped"]) == 3_000)
    #expect(page.value("accrete_expert_memory_bytes", ["kind": "private"]) == 72)
    #expect(page.value("accrete_expert_resident", ["expert": "expert-1", "version": "1", "pinned": "true"]) == 1)
    let adapters = try #require(page.metrics["vllm:lora_requests_info"]?.samples.first)
    #expect(
      adapters.labels == [
        "max_lora": "64", "running_lora_adapters": "expert-1@1,expert-4@1", "waiting_lora_adapters": "expert-3@1",
      ])
    #expect(adapters.value > 1.7e9)

    // What is no longer there is gone, and a version that nobody knows has its digest.
    metrics.take(.sample([.sample(9)])) { _ in nil }
    metrics.take(revision: nil)
    let later = try read()
    #expect(later.metrics["accrete_expert_resident"]?.samples.count == 1)
    #expect(
      later.value("accrete_expert_resident", ["expert": "sha256:" + ResidentExpert.digest(9).hexadecimal.prefix(12)])
        == 1)
    #expect(later.metrics["accrete_lora_requests_info"]?.samples.count == 1)
    #expect(later.metrics["accrete_release_revision"]?.samples.isEmpty == true)
  }

  @Test func aThousandExperts() throws {
    let names = Self.names
    for number in 0..<1_000 {
      let expert = ExpertName(name: "expert-\(number)", version: 1 + number % 3)
      for end in RequestEnd.allCases { metrics.requestFinished(end, expert: expert, usage: usage, after: .seconds(1)) }
      metrics.routed(to: expert.name, .routed, confidence: 0.5)
      metrics.routed(to: expert.name, .refused, confidence: 0.1)
    }
    // One that comes late and is used more than any of the first.
    for _ in 0..<50 {
      metrics.requestFinished(.stop, expert: ExpertName(name: "late", version: 1), usage: usage, after: .zero)
    }
    metrics.take(.sample((0..<1_000).map { .sample($0, references: 1, isPinned: $0.isMultiple(of: 2)) })) { digest in
      names[digest]
    }
    let page = try read()
    #expect(page.lines <= 5_000)
    #expect(page.value("accrete_metric_series_refused_total") == 0)

    let requests = try #require(page.metrics["accrete_expert_requests_total"]).samples
    #expect(Set(requests.map { $0.labels["expert"] ?? "" }).count == 101)
    #expect(page.value("accrete_expert_requests_total", ["expert": "late", "status": "ok"]).map { $0 > 30 } == true)
    #expect(page.value("accrete_expert_requests_total", ["expert": "other", "version": "", "status": "error"]) == 900)
    let tokens = try #require(page.metrics["accrete_expert_tokens_total"]).samples
    #expect(Set(tokens.map { $0.labels["expert"] ?? "" }).count == 101)
    let tasks = try #require(page.metrics["accrete_route_total"]).samples
    #expect(Set(tasks.map { $0.labels["task"] ?? "" }).count == 102)
    #expect(page.value("accrete_route_total", ["task": "other", "outcome": "routed"]) == 900)
    let resident = try #require(page.metrics["accrete_expert_resident"]).samples
    #expect(resident.count == 102 && resident.map(\.value).reduce(0, +) == 1_000)
  }

  private static var names: [Digest: ExpertName] {
    Dictionary(
      uniqueKeysWithValues: (0..<1_000).map {
        (ResidentExpert.digest($0), ExpertName(name: "expert-\($0)", version: 1 + $0 % 3))
      })
  }

  @Test func otherLibrariesCannotTakeThePlacesOfOurs() throws {
    let factory = PrometheusFactory(metrics.store)
    for number in 0..<10_000 { Counter(label: "c", dimensions: [("path", "/\(number)")], factory: factory).increment() }
    metrics.requestFinished(.stop, expert: ExpertName(name: "spam", version: 1), usage: usage, after: .zero)
    let page = try read()
    #expect(page.lines <= 5_000)
    #expect(page.samples.filter { $0.name == "c" }.map(\.value).reduce(0, +) == 10_000)
    // There is no room for it, and it is counted all the same.
    #expect(page.metrics["accrete_expert_requests_total"]?.samples.map(\.value) == [1])
  }

  @Test func manyAtOnceLoseNothing() async throws {
    let (metrics, usage) = (metrics, usage)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for time in 0..<500 {
            let expert = ExpertName(name: "expert-\((task &* 31 &+ time) % 20)", version: 1)
            metrics.httpStarted()
            metrics.requestFinished(.stop, expert: expert, usage: usage, after: .seconds(1))
            metrics.httpEnded()
          }
        }
      }
      group.addTask { for _ in 0..<20 { metrics.take(.sample([.sample(1)])) { _ in nil } } }
      group.addTask { for _ in 0..<20 { _ = metrics.text() } }
    }
    let page = try read()
    #expect(page.value("accrete_request_success_total", ["finished_reason": "stop"]) == 4_000)
    #expect(page.value("accrete_e2e_request_latency_seconds_sum") == 4_000)
    #expect(page.value("accrete_http_inflight") == 0)
    let experts = page.samples.filter { $0.name == "accrete_expert_requests_total" }
    #expect(experts.count == 20 && experts.map(\.value).reduce(0, +) == 4_000)
  }
}
