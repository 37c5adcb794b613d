import NIOCore
import NIOHTTP1

/// Answers HTTP/1.0 as it expects: the answer ends with its connection, and comes in no chunks. What stands behind it knows HTTP/1.1 alone,
/// so that a client that waits for the end would wait until the connection is idle for too long.
///
/// It stands between the bytes' decoder and the types that have no version.
final class OlderProtocol: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// Of the requests that are not answered, in their order: whether each is of HTTP/1.0.
  private var isOld: [Bool] = []

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
    let isOlder = head.version != .http1_1
    isOld.append(isOlder)
    // Behind it one spelling of `close` is known.
    guard isOlder || !head.isKeepAlive else { return context.fireChannelRead(data) }
    head.headers.replaceOrAdd(name: "connection", value: "close")
    // It knows no answers before the answer (RFC 9110, 10.1.1).
    if isOlder { head.headers.remove(name: "expect") }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    // What is said to bytes that are no request has none before it; and one that is told to go on is still to be answered.
    guard case .head(var head) = unwrapOutboundIn(data), head.status.code >= 200, !isOld.isEmpty, isOld.removeFirst()
    else {
      return context.write(data, promise: promise)
    }
    head.version = .http1_0
    head.headers.remove(name: "transfer-encoding")
    head.headers.replaceOrAdd(name: "connection", value: "close")
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }
}

@available(*, unavailable)
extension OlderProtocol: Sendable {}
