import Files

/// What a measurement says in sum. Times are in seconds.
struct Summary: Codable, Sendable, Equatable {
  let requests: Int
  let answered: Int
  /// How many requests failed for which reason.
  let failures: [String: Int]
  /// From the beginning until the last request was over.
  let duration: Double
  let promptTokens: Int
  let outputTokens: Int
  /// Words of the answered requests' prompts.
  let promptWords: Int
  /// How many answered requests' tokens the server counted.
  let countedByServer: Int
  let requestsPerSecond: Double
  let outputTokensPerSecond: Double
  let tokensPerSecond: Double
  /// Requests a second that kept all limits; `nil`: no limits were given.
  let goodput: Double?
  let ttft: Spread?
  let tpot: Spread?
  let itl: Spread?
  let e2el: Spread?
  let inputLength: Spread?
  let outputLength: Spread?
  /// How late requests were sent, behind when they were due and had a place: a busy load generator measures itself.
  let lateness: Spread?
  let concurrency: Concurrency
  let step: StepFigures?

  struct Concurrency: Codable, Sendable, Equatable {
    let mean: Double
    let greatest: Int
    let meanAdapters: Double
    /// Seconds of each number in `curve`.
    let width: Double
    let curve: [Double]
  }

  /// - Parameters:
  ///   - records: Of all requests.
  ///   - limits: What counts as good.
  ///   - isOpen: Whether requests are sent when they are due, however many run.
  init(_ records: [RequestRecord], limits: GoodputLimits, isOpen: Bool) {
    let answers = records.filter(\.isAnswered)
    requests = records.count
    answered = answers.count
    failures = records.reduce(into: [:]) { counts, record in
      if let failure = record.failure { counts[failure.code, default: 0] += 1 }
    }
    let end = records.map(\.ended).max() ?? 0
    duration = end
    let prompt = answers.reduce(0) { $0 + ($1.promptTokens ?? 0) }
    let output = answers.reduce(0) { $0 + $1.outputTokens }
    (promptTokens, outputTokens) = (prompt, output)
    promptWords = answers.reduce(0) { $0 + $1.words }
    countedByServer = answers.count { $0.tokensFrom == .usage }
    func rate(_ count: Int) -> Double { end > 0 ? Double(count) / end : 0 }
    requestsPerSecond = rate(answers.count)
    outputTokensPerSecond = rate(output)
    tokensPerSecond = rate(prompt + output)
    goodput =
      limits.isEmpty ? nil : rate(answers.count { limits.hold(ttft: $0.ttft, tpot: $0.tpot, e2el: $0.e2el) })
    ttft = Spread(answers.compactMap(\.ttft))
    tpot = Spread(answers.compactMap(\.tpot))
    itl = Spread(answers.flatMap(\.itl))
    e2el = Spread(answers.compactMap(\.e2el))
    inputLength = Spread(answers.compactMap { $0.promptTokens.map(Double.init) })
    outputLength = Spread(answers.map { Double($0.outputTokens) })
    lateness = isOpen ? Spread(records.map { $0.sent - $0.arrival }) : nil
    let running = RunningRequests(records.map { .init(start: $0.sent, end: $0.ended, adapter: $0.adapter) })
    let width = max(1, (end / 600).rounded(.up))
    concurrency = Concurrency(
      mean: running.mean, greatest: running.greatest, meanAdapters: running.meanAdapters, width: width,
      curve: running.curve(duration: end, width: width))
    step = StepFigures(answers, running)
  }
}
