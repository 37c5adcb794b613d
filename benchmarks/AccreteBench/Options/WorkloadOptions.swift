import ArgumentParser
import Files
import Foundation

/// What is asked how often: options of `serve`, and keys of a case in a plan of `compare`.
struct WorkloadOptions: ParsableArguments {
  enum Setup: String, CaseIterable, ExpressibleByArgument, Sendable {
    case sLoRA = "s-lora"
    case punica
    case vLLM = "vllm"
  }

  @Option(
    help:
      "How requests are drawn: s-lora (Gamma arrivals for a time, adapters by a power law), punica (so many at a time), vllm (a number of requests at a rate)."
  )
  var setup: Setup

  @Option(help: "How many adapters answer; 0: the base alone. Without: all that are named.")
  var adapters: Int?

  @Option(help: "How many requests there are (punica, vllm; default 1000).")
  var requests: Int?

  @Option(help: "Requests a second, or inf for all at once (s-lora: default 2; vllm: default inf).")
  var requestRate: RequestRate?

  @Option(help: "Seconds in which requests arrive (s-lora; default 300).")
  var duration: Double?

  @Option(help: "Exponent of the power law over adapters (s-lora; default 1: all equally often).")
  var alpha: Double?

  @Option(help: "Coefficient of variation of the intervals between arrivals (s-lora; default 1: a Poisson process).")
  var cv: Double?

  @Option(help: "Requests at a time (punica; default 32).")
  var concurrency: Int?

  @Option(help: "Requests at a time at most (s-lora, vllm; default: no limit).")
  var maxConcurrency: Int?

  @Option(help: "Which adapters are asked how often (punica; default uniform).")
  var popularity: Popularity?

  @Option(help: "Words of a prompt, FROM:TO, each length equally often.")
  var input = LengthRange(8...256)

  @Option(help: "Tokens that are asked for, FROM:TO, each length equally often.")
  var output = LengthRange(8...128)

  @Option(help: "How many tokens a word is taken for: a prompt of N tokens gets N divided by this words.")
  var tokensPerWord = 1.0

  @Option(help: "Which part of a prompt, from its beginning, is the same in all prompts: 0 to 1.")
  var sharedPrefix = 0.0

  @Option(help: "JSONL file with prompts: a string or {\"prompt\": …} on each line. Without: words of a list.")
  var prompts: String?

  @Option(help: "From which all requests follow.")
  var seed: UInt64 = 0

  @Flag(
    help: "Ask the server to go on behind end tokens (ignore_eos), so that every answer has the length that was drawn.")
  var ignoreEos = false

  @Option(help: "Requests that are sent before, one at a time, and not measured.")
  var warmUp = 2

  @Option(
    parsing: .upToNextOption,
    help: "When a request counts as good: FIGURE:MILLISECONDS of ttft, tpot, e2el, as in `ttft:500 tpot:50`.")
  var goodput: [String] = []

  func validate() throws {
    do {
      _ = try checked()
      _ = try GoodputLimits(goodput)
    } catch let error as BenchError {
      throw ValidationError(error.description)
    }
  }
}

extension WorkloadOptions {
  /// How many requests a measurement has at most.
  static let requestLimit = 1_000_000

  /// The set-up; every number has been checked.
  /// - Throws: ``BenchError/usage(_:)`` for a number out of its bounds, and for an option that the set-up has not.
  func checked() throws -> WorkloadSetup {
    try refuseOthers()
    try require("adapters", adapters ?? 0, 0...100_000)
    try require("requests", requests ?? 1, 1...Self.requestLimit)
    try require("concurrency", concurrency ?? 1, 1...65_535)
    try require("max-concurrency", maxConcurrency ?? 1, 1...65_535)
    try require("warm-up", warmUp, 0...10_000)
    try require("duration", duration ?? 1, 0.001...604_800)
    try require("alpha", alpha ?? 1, 0.001...1000)
    try require("cv", cv ?? 1, 0.01...100)
    try require("tokens-per-word", tokensPerWord, 0.1...100)
    try require("shared-prefix", sharedPrefix, 0...1)
    let kind: WorkloadSetup.Kind
    let count: Int
    switch setup {
    case .sLoRA:
      let (rate, duration) = (requestRate?.perSecond ?? 2, self.duration ?? 300)
      guard rate.isFinite else {
        throw BenchError.usage("--request-rate inf: --setup s-lora needs a number, as requests arrive for a time")
      }
      let whole = (rate * duration).rounded(.down)
      guard whole >= 1, whole <= Double(Self.requestLimit), let number = Int(exactly: whole) else {
        throw BenchError.usage(
          "--request-rate times --duration is \(rate * duration) requests; expected 1 to \(Self.requestLimit)")
      }
      count = number
      kind = .sLoRA(exponent: alpha ?? 1, variation: cv ?? 1, rate: rate, duration: duration)
    case .punica:
      count = requests ?? 1000
      kind = .punica(popularity ?? .uniform)
    case .vLLM:
      count = requests ?? 1000
      kind = .vLLM(rate: requestRate?.perSecond ?? .infinity)
    }
    return WorkloadSetup(
      kind: kind, count: count, limit: setup == .punica ? concurrency ?? 32 : maxConcurrency, input: input,
      output: output, tokensPerWord: tokensPerWord, sharedPrefix: sharedPrefix)
  }

  /// An option that the set-up does not read would be believed to count.
  private func refuseOthers() throws {
    let readers: [(name: String, isGiven: Bool, setups: [Setup])] = [
      ("requests", requests != nil, [.punica, .vLLM]), ("request-rate", requestRate != nil, [.sLoRA, .vLLM]),
      ("duration", duration != nil, [.sLoRA]), ("alpha", alpha != nil, [.sLoRA]), ("cv", cv != nil, [.sLoRA]),
      ("concurrency", concurrency != nil, [.punica]), ("max-concurrency", maxConcurrency != nil, [.sLoRA, .vLLM]),
      ("popularity", popularity != nil, [.punica]),
    ]
    for option in readers where option.isGiven && !option.setups.contains(setup) {
      throw BenchError.usage(
        "--\(option.name) is no option of --setup \(setup.rawValue) but of"
          + " \(option.setups.map(\.rawValue).joined(separator: " and ")). Leave it out.")
    }
    if prompts != nil, sharedPrefix != 0 {
      throw BenchError.usage(
        "--shared-prefix is for words of the list; --prompts brings prompts of its own. Leave one out.")
    }
  }

  private func require<Number: Comparable>(_ name: String, _ number: Number, _ range: ClosedRange<Number>) throws {
    guard range.contains(number) else {
      throw BenchError.usage("--\(name): \(range.lowerBound) to \(range.upperBound) expected, got \(number)")
    }
  }

  /// The requests of a measurement.
  ///
  /// - Parameters:
  ///   - adapters: How many adapters there are.
  ///   - round: Of a comparison; each has prompts of its own, so that no round finds those of the one before in a cache.
  func workload(adapters: Int, round: Int = 0) throws -> Workload {
    let texts = try prompts.map { try PromptSource.texts(of: URL(fileURLWithPath: $0)) } ?? []
    return Workload(try checked(), adapters: adapters, seed: seed &+ UInt64(max(round, 0)), texts: texts)
  }
}
