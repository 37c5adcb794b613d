import HTTPTypes
import Tracing

/// W3C's `traceparent` of a request and of its answer.
enum TraceHeaders {
  private static let parent = HTTPField.Name("traceparent")
  private static let state = HTTPField.Name("tracestate")

  /// What a caller says of its trace; what is broken begins a new one.
  static func context(of headers: HTTPFields) -> InstrumentationContext {
    var context = InstrumentationContext.topLevel
    context.traceParent = parent.flatMap { headers[$0] }.flatMap { TraceParent($0) }
    if context.traceParent != nil { context.traceState = state.flatMap { headers[$0] }.flatMap { TraceState($0) } }
    return context
  }

  /// Names the request's span to its caller.
  static func write(_ context: InstrumentationContext, to headers: inout HTTPFields) {
    if let parent, let value = context.traceParent?.text { headers[parent] = value }
  }
}
