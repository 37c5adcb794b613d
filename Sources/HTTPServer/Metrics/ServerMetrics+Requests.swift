import Files
public import Serving

extension ServerMetrics {
  // MARK: HTTP

  /// A request has been read.
  public func httpStarted() { requests.inFlight.add(1) }

  /// A request has been answered to the end, or its connection is gone.
  public func httpEnded() { requests.inFlight.add(-1) }

  // MARK: A request

  /// A request has been routed.
  /// - Parameters:
  ///   - task: `nil`: it belongs to none.
  ///   - outcome: What became of it.
  ///   - confidence: How sure the router was; `nil` where it does not say.
  public func routed(to task: String?, _ outcome: RouteOutcome, confidence: Double?) {
    routes.routed(to: task, outcome, confidence: confidence)
  }

  /// A request got its place.
  /// - Parameter duration: How long it waited.
  public func queued(for duration: Duration) { requests.queueTime.observe(duration.seconds) }

  /// A request's prompt has been read.
  /// - Parameter duration: Since it got its place.
  public func prefilled(in duration: Duration) { requests.prefillTime.observe(duration.seconds) }

  /// A request's first token has come.
  /// - Parameter duration: Since the request arrived.
  public func firstToken(after duration: Duration) { requests.timeToFirstToken.observe(duration.seconds) }

  /// More tokens of an answer have come.
  /// - Parameters:
  ///   - count: How many.
  ///   - duration: Since the one before them.
  public func tokens(_ count: Int, after duration: Duration) {
    if count > 0 { requests.interTokenLatency.observe(duration.seconds / Double(count), times: count) }
  }

  /// A request's last token has come.
  /// - Parameter duration: Since the first one.
  public func decoded(in duration: Duration) { requests.decodeTime.observe(duration.seconds) }

  /// A request was given up while it ran. It is counted as finished, too.
  public func cancelled(_ reason: CancelReason) { requests.cancelled[reason]?.count(1) }

  /// A request is over.
  /// - Parameters:
  ///   - end: How it ended.
  ///   - expert: Who answered, or should have; `nil`: the base.
  ///   - usage: What it took, as far as that is known.
  ///   - duration: Since it arrived.
  public func requestFinished(_ end: RequestEnd, expert: ExpertName?, usage: EngineUsage?, after duration: Duration) {
    requests.success[end]?.count(1)
    requests.latency.observe(duration.seconds)
    if let usage {
      requests.promptTokens.observe(Double(usage.promptTokens))
      requests.generationTokens.observe(Double(usage.completionTokens))
    }
    if let expert { experts.finished(expert, end, usage) }
  }
}
