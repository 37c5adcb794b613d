import Randomness

/// All requests of one measurement: what is asked of which adapter, and when.
struct Workload: Sendable {
  struct Request: Sendable, Equatable {
    /// Its place, from 0.
    let number: Int
    /// When it arrives, in seconds since the beginning.
    let arrival: Double
    /// Which adapter answers; `nil`: the base.
    let adapter: Int?
    /// How long its prompt is, in words.
    let words: Int
    /// How many tokens it asks for.
    let maxTokens: Int
  }

  let requests: [Request]
  /// How many run at a time at most.
  let limit: Int?
  let prompts: PromptSource

  init(requests: [Request], limit: Int?, prompts: PromptSource) {
    (self.requests, self.limit, self.prompts) = (requests, limit, prompts)
  }

  /// - Parameters:
  ///   - setup: What is drawn how.
  ///   - adapters: How many adapters there are; none: the base answers all.
  ///   - seed: From which everything follows.
  ///   - texts: Prompts of a file; none: words are drawn.
  init(_ setup: WorkloadSetup, adapters: Int, seed: UInt64, texts: [String] = []) {
    let count = setup.count
    let arrivals: [Double]
    let chosen: [Int?]
    switch setup.kind {
    case .sLoRA(let exponent, let variation, let rate, _):
      arrivals = Arrivals.gamma(count, rate: rate, variation: variation, seed: seed)
      chosen = DrawnAdapters.powerLaw(count, of: adapters, exponent: exponent, seed: seed)
    case .punica(let popularity):
      arrivals = Array(repeating: 0, count: count)
      chosen = popularity.adapters(count, of: adapters, seed: seed)
    case .vLLM(let rate):
      arrivals = Arrivals.gamma(count, rate: rate, variation: 1, seed: seed)
      chosen = DrawnAdapters.uniform(count, of: adapters, seed: seed)
    }
    var input = RandomStream(seed: seed, "bench", "input")
    var output = RandomStream(seed: seed, "bench", "output")
    prompts = PromptSource(texts: texts, seed: seed, sharedPrefix: setup.sharedPrefix)
    limit = setup.limit
    requests = zip(arrivals, chosen).enumerated().map { number, drawn in
      let tokens = input.whole(in: setup.input.range)
      let words = max(Int(exactly: (Double(tokens) / setup.tokensPerWord).rounded()) ?? 1, 1)
      return Request(
        number: number, arrival: drawn.0, adapter: drawn.1,
        words: texts.isEmpty ? words : PromptSource.words(of: texts[number % texts.count]),
        maxTokens: output.whole(in: setup.output.range))
    }
  }
}
