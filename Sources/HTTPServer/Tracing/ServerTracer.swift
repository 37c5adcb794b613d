public import Tracing

/// Begins the spans of this server and takes traces over from those who call it, by W3C's `traceparent`.
///
/// ```swift
/// let tracer = ServerTracer(TraceFile(url, logger: logger))
/// InstrumentationSystem.bootstrap(tracer)
/// var context = InstrumentationContext.topLevel
/// tracer.extract(headers, into: &context, using: extractor)
/// ```
///
/// A caller who does not keep its trace (`…-00`) has none of it kept here. Without a file no span is written, and traces are still passed on.
public struct ServerTracer: Tracer {
  /// Where spans are written; `nil`: nowhere.
  public let file: TraceFile?

  /// - Parameter file: Where spans are written.
  public init(_ file: TraceFile? = nil) { self.file = file }

  public func startSpan<Instant: TracerInstant>(
    _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
    at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
  ) -> ServerSpan {
    let context = context()
    return ServerSpan(
      operationName, kind: kind, span: context.traceParent?.child ?? .random(), in: context,
      start: instant().nanosecondsSinceEpoch, file: file)
  }

  public func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {
    context.traceParent = extractor.extract(key: Self.parentKey, from: carrier).flatMap { TraceParent($0) }
    // Without the trace that it is of, it means nothing.
    context.traceState =
      context.traceParent == nil
      ? nil : extractor.extract(key: Self.stateKey, from: carrier).flatMap { TraceState($0) }
  }

  public func inject<Carrier, Inject: Injector>(
    _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {
    guard let parent = context.traceParent else { return }
    injector.inject(parent.text, forKey: Self.parentKey, into: &carrier)
    if let state = context.traceState { injector.inject(state.text, forKey: Self.stateKey, into: &carrier) }
  }

  /// Spans are written soon after they end; ``TraceFile/flush()`` waits for it.
  @available(*, deprecated) public func forceFlush() {}

  private static let parentKey = "traceparent"
  private static let stateKey = "tracestate"
}
