import NIOCore
import NIOHTTP1

/// Refuses a request of which its head does not make clear what it is, and gives others the form in which they name no host in their target.
///
/// It stands behind the bytes' decoder, where a header that came twice is still there twice.
final class HeadCheck: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart

  /// Whether a request was refused, which is the connection's last: what comes behind it is nobody's.
  private var isOver = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return }
    guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
    if let problem = HeadProblem(head) { return refuse(problem, context) }
    do throws(HeadProblem) {
      if let target = try AbsoluteTarget(head.uri) {
        head.uri = target.path
        // The target's host counts, whatever the header says (RFC 9112, 3.2.2).
        head.headers.replaceOrAdd(name: "host", value: target.authority)
      }
    } catch {
      return refuse(error, context)
    }
    // The decoder reads nothing behind a request for another protocol, which is answered by this one: it is the connection's last.
    if head.method == .CONNECT || head.headers.contains(name: "upgrade") {
      head.headers.replaceOrAdd(name: "connection", value: "close")
    }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // What the decoder finds in the rest would cut off the answer that is on its way.
    if !isOver { context.fireErrorCaught(error) }
  }

  private func refuse(_ problem: HeadProblem, _ context: ChannelHandlerContext) {
    isOver = true
    context.fireErrorCaught(problem)
  }
}

@available(*, unavailable)
extension HeadCheck: Sendable {}
