/// How the requests of a measurement are drawn; every number has been checked.
struct WorkloadSetup: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// Gamma arrivals for a time, adapters by a power law: S-LoRA, `benchmarks/exp_suite.py`.
    case sLoRA(exponent: Double, variation: Double, rate: Double, duration: Double)
    /// So many requests at a time, first come first served: punica, `bench_textgen_lora.py`.
    case punica(Popularity)
    /// Poisson arrivals, or all at once, an adapter at random: `vllm bench serve`.
    case vLLM(rate: Double)
  }

  let kind: Kind
  /// How many requests.
  let count: Int
  /// How many run at a time at most.
  let limit: Int?
  let input: LengthRange
  let output: LengthRange
  /// How many tokens a word is taken for.
  let tokensPerWord: Double
  let sharedPrefix: Double
}
