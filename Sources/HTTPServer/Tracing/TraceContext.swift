public import Tracing

extension InstrumentationContext {
  /// The span that what happens now belongs to, of this server or of who called it.
  public var traceParent: TraceParent? {
    get { self[TraceParentKey.self] }
    set { self[TraceParentKey.self] = newValue }
  }

  /// What other tracing systems say of it.
  public var traceState: TraceState? {
    get { self[TraceStateKey.self] }
    set { self[TraceStateKey.self] = newValue }
  }
}

private enum TraceParentKey: InstrumentationContextKey {
  typealias Value = TraceParent
}

private enum TraceStateKey: InstrumentationContextKey {
  typealias Value = TraceState
}
