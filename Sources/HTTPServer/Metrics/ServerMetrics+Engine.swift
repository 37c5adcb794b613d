public import Files
public import Serving

extension ServerMetrics {
  /// The engine has made a step.
  /// - Parameters:
  ///   - tokens: How many were in it.
  ///   - experts: How many experts these had, without the base.
  public func stepDone(tokens: Int, experts: Int) {
    engine.stepTokens.observe(Double(tokens))
    engine.expertsInBatch.observe(Double(experts))
  }

  /// An expert was loaded and checked.
  /// - Parameter duration: How long that took.
  public func expertLoaded(after duration: Duration) { experts.loadSeconds.observe(duration.seconds) }

  /// Something has happened in the engine.
  public func take(_ note: EngineNote) {
    switch note {
    case .step(let tokens, let experts): stepDone(tokens: tokens, experts: experts)
    case .loaded(let duration): expertLoaded(after: duration)
    }
  }

  /// Takes over what the engine says of itself, before ``text()``.
  /// - Parameters:
  ///   - statistics: A snapshot.
  ///   - name: Which version the digest of a manifest is; `nil`: one that is no longer known.
  public func take(_ statistics: EngineStatistics, name: (Digest) -> ExpertName?) {
    engine.take(statistics)
    experts.take(statistics, name: name)
  }
}
