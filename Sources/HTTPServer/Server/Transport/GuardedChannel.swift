import HummingbirdCore
import Logging
import NIOCore

/// HTTP/1.1 as Hummingbird speaks it, with a time for the headers before it.
struct GuardedChannel: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  let http: HTTP1Channel
  let headerTime: TimeAmount

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(HeaderDeadline(headerTime))
    }.flatMap {
      http.setup(channel: channel, logger: logger)
    }
  }

  func handle(value: Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
