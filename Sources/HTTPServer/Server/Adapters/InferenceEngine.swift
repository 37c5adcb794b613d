import Decoder
import Files
import Serving
import Streams
import TaskModels

/// What handlers ask of the engine; tests have one without a model.
protocol InferenceEngine: Sendable {
  func submit(_ request: EngineRequest) throws -> AsyncStream<EngineEvent>
  func classify(
    _ rows: [RequestRow], by version: Digest, asker: String, deadline: ContinuousClock.Instant?, queueTime: Duration?
  ) async throws -> [TaskAnswer]
  func logprobs(
    of ids: [Int], by version: Digest?, top: Int, asker: String, deadline: ContinuousClock.Instant?,
    queueTime: Duration?
  ) async throws -> [TokenLogprobs]
  func route(
    _ rows: [RequestRow], by router: Digest?, asker: String, deadline: ContinuousClock.Instant?, queueTime: Duration?
  ) async throws -> RoutedRows
  func tokenizing<Value>(
    _ bytes: Int, deadline: ContinuousClock.Instant?, queueTime: Duration?, _ body: () throws -> Value
  ) async throws -> Value
  func load(_ version: Digest) async throws
  func unload(_ version: Digest, force: Bool) async throws
  func pin(_ version: Digest, _ isPinned: Bool) async throws
  var statistics: EngineStatistics { get }
  func stop(cancelling: Bool) async
}

extension ServingEngine: InferenceEngine {}
