import Synchronization
public import Tracing

/// A span of this server. What of it may be written is decided when it ends; texts never are.
public final class ServerSpan: Tracing.Span {
  private struct State: Sendable {
    var name: String
    var attributes: SpanAttributes = [:]
    var events: [FinishedSpan.Event] = []
    var droppedEvents = 0
    var links: [FinishedSpan.Link] = []
    var status: SpanStatus.Code?
    var isRecording: Bool
  }

  /// How many events and how many links are kept.
  private static let kept = 32

  public let context: InstrumentationContext
  private let kind: SpanKind
  private let span: TraceParent
  private let parent: TraceParent?
  private let start: UInt64
  private let file: TraceFile?
  private let state: Mutex<State>

  init(
    _ name: String, kind: SpanKind, span: TraceParent, in context: InstrumentationContext, start: UInt64,
    file: TraceFile?
  ) {
    parent = context.traceParent
    var context = context
    context.traceParent = span
    (self.context, self.kind, self.span, self.start, self.file) = (context, kind, span, start, file)
    state = Mutex(State(name: name, isRecording: file != nil && span.isSampled))
  }

  public var isRecording: Bool { state.withLock { $0.isRecording } }

  public var operationName: String {
    get { state.withLock { $0.name } }
    set { record { $0.name = newValue } }
  }

  public var attributes: SpanAttributes {
    get { state.withLock { $0.attributes } }
    set { record { $0.attributes = newValue } }
  }

  public func setStatus(_ status: SpanStatus) { record { $0.status = status.code } }

  public func addEvent(_ event: SpanEvent) { add(event.name, at: event.nanosecondsSinceEpoch, event.attributes) }

  /// Keeps which type an error has: what it says may quote what was asked.
  public func recordError<Instant: TracerInstant>(
    _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
  ) {
    var attributes = attributes
    attributes["error.type"] = String(describing: type(of: error))
    add("exception", at: instant().nanosecondsSinceEpoch, attributes)
  }

  public func addLink(_ link: SpanLink) {
    guard let span = link.context.traceParent else { return }
    record { state in
      if state.links.count < Self.kept {
        state.links.append(FinishedSpan.Link(span: span, attributes: .init(link.attributes)))
      }
    }
  }

  public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
    let last: State? = state.withLock { state in
      guard state.isRecording else { return nil }
      state.isRecording = false
      return state
    }
    guard let last, let file else { return }
    let name = SpanAttributeRules.isSpanName(last.name) ? last.name : "accrete.span"
    file.write(
      FinishedSpan(
        name: name, kind: kind, span: span, parent: parent, start: start,
        end: max(instant().nanosecondsSinceEpoch, start), attributes: .init(last.attributes), events: last.events,
        droppedEvents: last.droppedEvents, links: last.links, status: last.status))
  }

  private func add(_ name: String, at nanoseconds: UInt64, _ attributes: SpanAttributes) {
    record { state in
      guard state.events.count < Self.kept, SpanAttributeRules.isSpanName(name) else {
        state.droppedEvents += 1
        return
      }
      state.events.append(FinishedSpan.Event(name: name, nanoseconds: nanoseconds, attributes: .init(attributes)))
    }
  }

  private func record(_ change: (inout State) -> Void) {
    state.withLock { if $0.isRecording { change(&$0) } }
  }
}
