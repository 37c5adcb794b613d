import Serving

extension CancelReason {
  /// Why a request that ends with an error counts as given up; `nil`: it is refused.
  ///
  /// - Parameters:
  ///   - error: What ended it.
  ///   - code: What its client is told.
  ///   - connection: How its connection ended; `nil`: it is there, as far as is known.
  init?(_ error: any Error, code: APIError.Code, connection: ConnectionWatch.End? = nil) {
    switch (error, code) {
    case (is Disconnected, _), (is CancellationError, _): self = connection == .stalled ? .stalled : .disconnected
    case (EngineFailure.unloaded, _): self = .unloaded
    case (_, .deadlineExceeded): self = .deadline
    // It was taken in: whoever comes too late for that is refused before anything counts it.
    case (_, .draining): self = .draining
    default: return nil
    }
  }
}
