import Decoder
import Files
import Learning
import Streams
import TaskModels

/// A request as it travels to the engine's thread.
struct EngineWork: Sendable {
  enum Kind: Sendable {
    /// How probable the tokens of a text were.
    case logprobs([Int], version: Digest?, top: Int, @Sendable (Result<[TokenLogprobs], any Error>) -> Void)
    case text(EngineRequest, AsyncStream<EngineEvent>.Continuation)
    case answers(AskedRows, version: Digest, @Sendable (Result<[TaskAnswer], any Error>) -> Void)
    case routes(
      [RoutedText], router: SharedRouter,
      @Sendable (Result<[DecisionCache.Decision], any Error>) -> Void)
  }

  let number: Int
  let kind: Kind
  let asker: String
  let deadline: ContinuousClock.Instant?
  /// What it is going to read and write at most, as far as that is known.
  let tokens: Int
  let isBackground: Bool

  /// The version that it needs; `nil`: none.
  var version: Digest? {
    switch kind {
    case .text(let request, _): request.expert
    case .answers(_, let version, _): version
    case .logprobs(_, let version, _, _): version
    case .routes: nil
    }
  }

  /// Whose counter it is counted on.
  var line: FairQueue<EngineLoop.Waiting>.Line { .init(asker: asker, expert: version?.description ?? "") }

  /// Places that it takes.
  var places: Int { if case .text(let request, _) = kind { request.choices } else { 1 } }

  /// Gives it up.
  func fail(_ error: any Error) {
    switch kind {
    case .text(_, let events):
      events.yield(.failed(error as? EngineFailure ?? .failed("\(error)")))
      events.finish()
    case .answers(_, _, let done): done(.failure(error))
    case .logprobs(_, _, _, let done): done(.failure(error))
    case .routes(_, _, let done): done(.failure(error))
    }
  }
}

/// A router that a request brings along.
///
/// Its tensors are read and never written, so that any thread may hold it.
struct SharedRouter: @unchecked Sendable {
  let router: RequestRouter
  let digest: Digest
}
