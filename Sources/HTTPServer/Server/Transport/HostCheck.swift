import NIOCore
import NIOHTTP1

/// Why a request does not say which host it is for, as RFC 9112 (3.2) wants it to.
enum HostProblem: Error {
  case missing, several, invalid

  /// What is wrong with the headers of a request; `nil`: nothing is.
  init?(_ head: HTTPRequestHead) {
    let hosts = head.headers["host"]
    switch hosts.count {
    // HTTP/1.0 does not know the header.
    case 0 where head.version != .http1_1: return nil
    case 0: self = .missing
    case 1 where hosts[0].utf8.allSatisfy(Self.isOfHost): return nil
    case 1: self = .invalid
    default: self = .several
    }
  }

  /// Whether a byte may stand in a name, an address or a port (RFC 3986): who else reads the header must not find another host in it.
  private static func isOfHost(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && !"\"#/<>?@\\^`{|}".utf8.contains(byte)
  }
}

/// Refuses a request whose host is not clear: a proxy before this server might read the other one.
///
/// It stands behind the bytes' decoder, where a header that came twice is still there twice.
final class HostCheck: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart

  /// Whether a request was refused, which is the connection's last: what comes behind it is nobody's.
  private var isOver = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return }
    if case .head(let head) = unwrapInboundIn(data), let problem = HostProblem(head) {
      isOver = true
      return context.fireErrorCaught(problem)
    }
    context.fireChannelRead(data)
  }
}

@available(*, unavailable)
extension HostCheck: Sendable {}
