import Serving

/// What is counted of the engine: most of it is read from a snapshot when somebody asks.
struct EngineMetrics: Sendable {
  let running: NumberCell
  let waiting: NumberCell
  let cacheUsage: NumberCell
  let prefixQueries: NumberCell
  let prefixHits: NumberCell
  let promptTokens: NumberCell
  let generationTokens: NumberCell
  let preemptions: NumberCell
  let stepTokens: HistogramCell
  let expertsInBatch: HistogramCell

  init(_ maker: MetricMaker, model: MetricLabel) {
    func number(_ name: String, _ kind: MetricForm.Kind, _ help: String) -> NumberCell {
      maker.numbers(name, kind, isVLLMs: true, help: help).cell([model])
    }
    running = number("num_requests_running", .gauge, "Sequences that are being read or written.")
    waiting = number("num_requests_waiting", .gauge, "Sequences that wait for a place.")
    cacheUsage = number(
      "kv_cache_usage_perc", .gauge, "Part of the blocks of keys and values that running sequences hold, 0 to 1.")
    prefixQueries = number(
      "prefix_cache_queries_total", .counter, "Tokens of prompts that the prefix cache was asked for.")
    prefixHits = number("prefix_cache_hits_total", .counter, "Of these, tokens that were in it.")
    promptTokens = number("prompt_tokens_total", .counter, "Tokens of prompts that were read.")
    generationTokens = number("generation_tokens_total", .counter, "Tokens that were written.")
    preemptions = number("num_preemptions_total", .counter, "How often a running sequence gave up its place.")
    stepTokens = maker.histogram(
      "iteration_tokens_total", MetricBuckets.stepTokens, isVLLMs: true, help: "Tokens in a step of the engine."
    ).cell([model])
    expertsInBatch = maker.histogram(
      "experts_in_batch", MetricBuckets.experts, help: "Experts whose sequences are in one step of the engine."
    ).cell([model])
  }

  /// Takes over what is in a snapshot.
  func take(_ statistics: EngineStatistics) {
    running.set(Double(statistics.running))
    waiting.set(Double(statistics.waiting))
    // Cached blocks that nobody holds are free for whoever needs one.
    let held = Double(statistics.blocks) - Double(statistics.freeBlocks) - Double(statistics.cachedBlocks)
    cacheUsage.set(statistics.blocks > 0 ? min(max(held / Double(statistics.blocks), 0), 1) : 0)
    prefixQueries.set(Double(statistics.prefixQueries))
    prefixHits.set(Double(statistics.prefixHits))
    promptTokens.set(Double(statistics.promptTokens))
    generationTokens.set(Double(statistics.generatedTokens))
    preemptions.set(Double(statistics.preemptions))
  }
}
