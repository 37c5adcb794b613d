/// Upper bounds of the buckets of our histograms. They are fixed, so that the histograms of several servers can be added.
enum MetricBuckets {
  /// Seconds until the first token, and seconds in the parts of a request before it; vLLM's.
  static let firstToken = [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  ]
  /// Seconds between two tokens; vLLM's, and below them what a small base needs.
  static let betweenTokens = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 10, 20, 40, 80,
  ]
  /// Seconds of a whole request.
  static let request = [
    0.01, 0.025, 0.05, 0.1, 0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960,
  ]
  /// Tokens of a request.
  static let tokens: [Double] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000,
  ]
  /// Tokens of a step of the engine.
  static let stepTokens: [Double] = [1, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384]
  /// Experts in a step of the engine.
  static let experts: [Double] = [0, 1, 2, 4, 8, 16, 32, 64]
  /// Seconds to load an expert.
  static let load = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
  /// A probability.
  static let probability = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1]
  /// Seconds that another library measures.
  static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600]
  /// Anything else that another library measures.
  static let anything: [Double] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
  ]
}
