import Foundation
import HTTPTypes
import Serving
import Synchronization
import Testing

@testable import HTTPServer

/// Is what `/metrics` gives a text in Prometheus' format, with every name that is promised?
@Suite struct MetricsPageTests {
  /// Under both prefixes, and as vLLM calls them.
  private static let shared = """
    num_requests_running num_requests_waiting kv_cache_usage_perc prefix_cache_queries_total prefix_cache_hits_total
    prompt_tokens_total generation_tokens_total request_success_total num_preemptions_total request_prompt_tokens
    request_generation_tokens time_to_first_token_seconds inter_token_latency_seconds e2e_request_latency_seconds
    request_queue_time_seconds request_prefill_time_seconds request_decode_time_seconds iteration_tokens_total
    lora_requests_info
    """
  private static let own = """
    accrete_expert_requests_total accrete_expert_tokens_total accrete_expert_resident accrete_expert_loads_total
    accrete_expert_load_seconds accrete_expert_evictions_total accrete_experts_in_batch accrete_route_total
    accrete_route_confidence accrete_release_revision accrete_http_inflight accrete_cancelled_total
    process_resident_memory_bytes process_cpu_seconds_total process_open_fds process_start_time_seconds
    """

  private func words(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }

  /// After requests of every kind, some of which failed.
  @Test func everyNameOccursAndTheTextIsOfTheFormat() async throws {
    let server = FakeServer { $0.hasMetricsAlias = true }
    let chat = #"{"model":"MODEL","messages":[{"role":"user","content":"a"}]}"#
    for model in ["base", "notes", "spam", "auto", "nobody", "spam\u{1}\\\""] {
      _ = try await server.ask(.post, "/v1/chat/completions", chat.replacing("MODEL", with: model))
    }
    _ = try await server.ask(.post, "/accrete/v1/classify", #"{"model":"spam","input":["a"]}"#)
    server.engine.state.withLock { $0.refusal = .queueFull(retryAfter: 1) }
    _ = try await server.ask(.post, "/v1/completions", #"{"model":"base","prompt":"a"}"#)
    let answer = try await server.ask(.get, "/metrics", isAdmin: true)
    #expect(answer.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
    let page = try PrometheusPage(Array(answer.body.utf8))
    for name in words(Self.shared).flatMap({ ["accrete_\($0)", "vllm:\($0)"] }) + words(Self.own) {
      #expect(page.metrics[name] != nil, "\(name)")
    }
    #expect(page.value("accrete_route_total", ["task": "spam", "outcome": "routed"]) == 1)
    #expect(page.value("accrete_http_inflight") != nil && page.lines > 100)
  }
}
