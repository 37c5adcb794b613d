import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Looks after one connection: tells requests that their client has left, and clients that wait for that to send their body; answers what is
/// not HTTP; closes where a client reads nothing, or an answer said so.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let connections: ConnectionTable
  private let limits: ServerLimits
  private var deadline: HeaderDeadline?
  /// Requests whose answers have not been written to their end.
  private var unanswered = 0
  /// Whether a request's body is still to come.
  private var isReading = false
  /// Whether the client of the request that is being read waits to be told to send its body (`expect: 100-continue`).
  private var isAwaited = false
  /// What came behind a request that is being answered, and is not HTTP.
  private var pending: (any Error)?
  /// Whether the answer that is being written is the connection's last.
  private var isLast = false
  /// Whether what comes is not read any more.
  private var isOver = false
  private var stalled: Scheduled<Void>?
  /// Ends the wait for the rest of a body that was answered without it.
  private var overdue: Scheduled<Void>?

  /// An answer that is given before the body came gets there: closing at once would reset the connection under it.
  private static let linger: TimeAmount = .seconds(1)

  init(_ connections: ConnectionTable, limits: ServerLimits) {
    (self.connections, self.limits) = (connections, limits)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    connections.open(context.channel)
    deadline = try? context.pipeline.syncOperations.handler(type: HeaderDeadline.self)
  }

  func handlerRemoved(context: ChannelHandlerContext) { end(context) }

  func channelInactive(context: ChannelHandlerContext) {
    end(context)
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isOver { return }
    switch unwrapInboundIn(data) {
    // Behind an answer that said that it is the last nothing is answered (RFC 9112, 9.6).
    case .head where isLast:
      isOver = true
      return
    case .head(let head):
      unanswered += 1
      isReading = true
      isAwaited = head.headerFields[.expect] != nil
      deadline?.isBusy = true
    // It did not wait.
    case .body: isAwaited = false
    case .end:
      (isReading, isAwaited) = (false, false)
      overdue?.cancel()
      // Answered before its body had come: what follows is the next request.
      if unanswered == 0 { deadline?.isBusy = false }
    }
    context.fireChannelRead(data)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // A client that has closed its side is taken to be gone, as by other servers.
    if case ChannelEvent.inputClosed? = event as? ChannelEvent { connections.leave(context.channel) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard MalformedRequest.isOne(error) else { return context.fireErrorCaught(error) }
    if isReading, unanswered > 0 {
      // Whoever reads the body answers.
      context.fireErrorCaught(error)
    } else if isReading {
      context.close(promise: nil)
    } else if unanswered > 0 {
      pending = error
    } else {
      refuse(error, context)
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head):
      // Its body may come after all, or the next request instead: nobody could tell them apart.
      if isAwaited, unanswered == 1 { head.headerFields[.connection] = "close" }
      isLast = head.headerFields[.connection]?.lowercased() == "close"
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body:
      context.write(data, promise: promise)
    case .end:
      unanswered -= 1
      if isLast { return writeLast(context, data: data, promise: promise) }
      context.write(data, promise: promise)
      if unanswered == 0, let error = pending {
        pending = nil
        refuse(error, context)
      } else if unanswered == 0, !isReading {
        deadline?.isBusy = false
      } else if unanswered == 0 {
        // Nobody reads it, and so nobody else sees that it does not come.
        let channel = context.channel
        overdue = context.eventLoop.scheduleTask(in: TimeAmount(limits.bodyTime)) { channel.close(promise: nil) }
      }
    }
  }

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    guard event is BodyWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
    promise?.succeed()
    // Answers before this one belong to requests whose bodies are here.
    guard isAwaited, unanswered == 1 else { return }
    isAwaited = false
    context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      stalled?.cancel()
      stalled = nil
    } else if stalled == nil {
      let channel = context.channel
      stalled = context.eventLoop.scheduleTask(in: TimeAmount(limits.stallTime)) { [connections] in
        connections.leave(channel, .stalled)
        channel.close(promise: nil)
      }
    }
    context.fireChannelWritabilityChanged()
  }

  /// Answers what is not HTTP in OpenAI's form, and closes.
  private func refuse(_ error: any Error, _ context: ChannelHandlerContext) {
    let answer = MalformedRequest.answer(to: error, limits: limits)
    context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
    context.write(wrapOutboundOut(.body(context.channel.allocator.buffer(bytes: answer.body))), promise: nil)
    isReading = true
    writeLast(context, data: wrapOutboundOut(.end(nil)), promise: nil)
  }

  /// Writes the end of the last answer, and closes behind it.
  private func writeLast(_ context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let channel = context.channel
    let written = promise ?? context.eventLoop.makePromise(of: Void.self)
    let time = isReading ? Self.linger : .zero
    written.futureResult.whenComplete { _ in
      channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
    context.writeAndFlush(data, promise: written)
  }

  private func end(_ context: ChannelHandlerContext) {
    stalled?.cancel()
    stalled = nil
    overdue?.cancel()
    connections.close(context.channel)
  }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}

/// Whoever answers a request wants its body now: a client that waits for that is told so.
struct BodyWanted: Sendable {}
