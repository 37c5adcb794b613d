/// What a request may cost before it is given up.
public struct ServerLimits: Sendable, Equatable {
  /// Of a body.
  public var bodyBytes = 1 << 20
  /// Of all headers together, the first line included.
  public var headerBytes = 16 << 10
  /// Of one request.
  public var headerCount = 128
  /// Open at once on the public listener; more wait in the system's queue.
  public var connections = 4_096
  /// From the first byte of a request to the end of its headers.
  public var headerTime: Duration = .seconds(10)
  /// To the end of the body.
  public var bodyTime: Duration = .seconds(30)
  /// Between two requests of a connection.
  public var idleTime: Duration = .seconds(75)
  /// From the body's end to the answer's; OpenAI's clients wait as long.
  public var requestTime: Duration = .seconds(600)
  /// How long a request that says nothing of its time may have to wait for a place, as far as that is foreseen.
  public var queueTime: Duration = .seconds(30)
  /// How long a client may read nothing of what waits for it.
  public var stallTime: Duration = .seconds(30)
  /// After so much silence a stream says that it is alive.
  public var pingTime: Duration = .seconds(15)

  public init() {}
}
