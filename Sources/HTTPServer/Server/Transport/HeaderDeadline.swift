import NIOCore

/// Closes a connection that begins a request and does not get to the end of its headers: a client that sends a byte now and then holds a
/// connection for nothing. It stands before the decoder, where the first byte is seen.
final class HeaderDeadline: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let time: TimeAmount
  private var scheduled: Scheduled<Void>?
  /// Whether a request is being read or answered: what comes is its body, or waits for its turn.
  var isBusy = false {
    didSet { if isBusy { cancel() } }
  }

  init(_ time: TimeAmount) { self.time = time }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if !isBusy, scheduled == nil {
      let channel = context.channel
      scheduled = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
    context.fireChannelRead(data)
  }

  func channelInactive(context: ChannelHandlerContext) {
    cancel()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { cancel() }

  private func cancel() {
    scheduled?.cancel()
    scheduled = nil
  }
}

@available(*, unavailable)
extension HeaderDeadline: Sendable {}
