public import Decoder
public import Files
import Foundation
public import Generation
import Learning
import ModelConfiguration
public import Registry
public import Streams
import Synchronization
public import TaskModels
import Torch

/// Answers many requests together from one copy of the base, each under its own expert.
///
/// One thread owns libtorch, the memory for keys and values, and the experts; others send it requests and read what it makes of them. On the
/// CPU a request gets the same bytes whatever it is answered with, whenever it came, and whatever was kept of requests before it.
///
/// ```swift
/// let engine = try ServingEngine(base, registry: registry, options: EngineOptions(threads: 2))
/// for await event in try engine.submit(EngineRequest(ids)) { print(event) }
/// ```
public final class ServingEngine: Sendable {
  private let inbox: EngineInbox
  private let shared: EngineShared
  private let options: EngineOptions
  private let source: RegistrySource
  private let loading: LoadingBase
  private let limit: Int
  private let vocabulary: Int
  /// Those of the last releases: a request that came before one goes on with the older.
  private let routers = Mutex<[SharedRouter]>([])
  private let decisions = DecisionCache()
  private let encoders: RowEncoders
  private let turns: TextTurns

  /// Starts the engine.
  ///
  /// - Parameter base: The base, which is never changed.
  /// - Parameter registry: Where its versions are.
  /// - Parameter options: How much it may use.
  /// - Throws: ``EngineFailure`` where the memory for keys and values is too small for one sequence.
  public convenience init(_ base: Base, registry: Registry, options: EngineOptions) throws {
    try self.init(base, source: RegistrySource(registry), options: options)
  }

  /// Starts the engine over the registry of a catalog: where that reads another one because the files were replaced, this does, too.
  ///
  /// - Parameter base: The base, which is never changed.
  /// - Parameter catalog: Names what requests ask for.
  /// - Parameter options: How much it may use.
  /// - Throws: As the other.
  public convenience init(_ base: Base, catalog: ModelCatalog, options: EngineOptions) throws {
    try self.init(base, source: catalog.source, options: options)
  }

  private init(_ base: Base, source: RegistrySource, options: EngineOptions) throws {
    let memory = KeyValueMemory(base.model.configuration, bytes: options.kvBytes)
    guard memory.tokens >= base.model.configuration.maxPositions || memory.blocks >= 2 else {
      throw EngineFailure.invalid(
        "The memory for keys and values, \(options.kvBytes) bytes, has room for \(memory.tokens) tokens; \(2 * memory.bytesPerBlock) bytes are the least."
      )
    }
    self.options = options
    self.source = source
    limit = min(base.model.configuration.maxPositions, memory.tokens)
    vocabulary = base.model.configuration.vocabularySize
    let (inbox, shared, encoders) = (EngineInbox(), EngineShared(), RowEncoders())
    (self.inbox, self.shared, self.encoders) = (inbox, shared, encoders)
    turns = TextTurns(mostWaiting: options.maxWaiting)
    let loading = LoadingBase(base: base)
    self.loading = loading
    let thread = Thread {
      let loop = EngineLoop(
        base, options, memory, inbox: inbox, shared: shared,
        load: { version in
          // Off the engine's thread: others go on meanwhile.
          Task.detached(priority: .userInitiated) {
            let result: Result<LoadedExpert, EngineFailure>
            do {
              try TorchRuntime.setThreads(options.threads)
              let loaded = try LoadedExpert(
                version, from: source.registry, on: loading, mostBytes: options.expertFileBytes)
              encoders.keep(loaded.task.rowEncoder, for: version)
              result = .success(loaded)
            } catch {
              result = .failure(.expertFailed(version: version, reason: "\(error)"))
            }
            inbox.send(.loaded(version, result))
          }
        })
      loop.run()
    }
    thread.name = "engine"
    thread.stackSize = 16 << 20
    thread.start()
  }

  /// Who drops it wants no more of it: what was asked is still answered, and then its thread ends.
  deinit {
    inbox.close()
    inbox.send(.stop(cancelling: false))
  }

  /// Tells somebody what happens from now on.
  ///
  /// - Parameter observer: Called on the engine's thread, which goes on when it returns; it takes the place of the one before.
  public func observe(_ observer: @escaping @Sendable (EngineNote) -> Void) { shared.observe(observer) }

  /// What the engine does now, and what it has done.
  public var statistics: EngineStatistics {
    var statistics = shared.statistics
    statistics.waiting = inbox.waiting + turns.waiting
    return statistics
  }

  /// Takes a request in.
  ///
  /// - Parameter request: What is to be written.
  /// - Returns: What becomes of it. Whoever stops reading cancels it.
  /// - Throws: ``EngineFailure`` where it cannot be, or too many wait.
  public func submit(_ request: EngineRequest) throws -> AsyncStream<EngineEvent> {
    guard !request.prompt.isEmpty else { throw EngineFailure.invalid("a prompt without tokens") }
    if let odd = request.prompt.first(where: { !(0..<vocabulary).contains($0) }) {
      throw EngineFailure.invalid("its prompt has the token \(odd), and the base knows 0 to \(vocabulary - 1)")
    }
    do { try request.options.validate() } catch { throw EngineFailure.invalid("\(error)") }
    let most = request.options.maxTokens
    guard most >= 0, request.prompt.count <= limit, most <= limit, request.prompt.count + most <= limit else {
      throw EngineFailure.tooLong(prompt: request.prompt.count, requested: most, limit: limit)
    }
    guard (1...options.maxSequences).contains(request.choices) else {
      throw EngineFailure.tooManyChoices(request.choices, limit: options.maxSequences)
    }
    let (stream, continuation) = AsyncStream.makeStream(of: EngineEvent.self)
    let number = try submit(
      .text(request, continuation), asker: request.asker, deadline: request.deadline, queueTime: request.queueTime,
      tokens: request.prompt.count + most * request.choices, isBackground: request.isBackground)
    let inbox = inbox
    continuation.onTermination = { reason in
      // Whoever asked has left: the next step is without it.
      if case .cancelled = reason { inbox.send(.cancel(number)) }
    }
    return stream
  }

  private func submit(
    _ kind: EngineWork.Kind, asker: String, deadline: ContinuousClock.Instant?, queueTime: Duration?, tokens: Int,
    isBackground: Bool = false
  ) throws -> Int {
    let now = ContinuousClock.now
    if let deadline, deadline <= now { throw EngineFailure.deadlineExceeded }
    return try inbox.submit(
      tokens: tokens, places: options.maxSequences, most: options.maxWaiting, rate: shared.statistics.tokensPerSecond,
      patience: [deadline.map { $0 - now }, queueTime].compactMap { $0?.seconds }.min() ?? 30
    ) { number in
      EngineWork(
        number: number, kind: kind, asker: asker, deadline: deadline, tokens: tokens, isBackground: isBackground)
    }
  }

  /// Answers rows with a version: what `accrete predict` answers, to the last bit.
  ///
  /// - Parameter rows: Texts, prompts or conversations.
  /// - Parameter version: By the digest of its manifest.
  /// - Parameter asker: Who asks: requests of one asker wait behind each other.
  /// - Parameter deadline: When nobody waits for the answer any more.
  /// - Parameter queueTime: As of ``EngineRequest``.
  /// - Throws: ``EngineFailure``; what a row that cannot be read makes the version throw.
  public func classify(
    _ rows: [RequestRow], by version: Digest, asker: String = "", deadline: ContinuousClock.Instant? = nil,
    queueTime: Duration? = nil
  ) async throws -> [TaskAnswer] {
    let asked = try await asked(rows, of: version, deadline: deadline, queueTime: queueTime)
    return try await answer(asker, deadline, queueTime, asked.tokens) { .answers(asked, version: version, $0) }
  }

  /// Rows as a version reads them, made in the task of whoever asks: the engine's thread has all others to answer meanwhile.
  func asked(
    _ rows: [RequestRow], of version: Digest, deadline: ContinuousClock.Instant? = nil, queueTime: Duration? = nil
  ) async throws -> AskedRows {
    guard let encoder = encoder(of: version) else { return AskedRows(rows) }
    let bytes = rows.reduce(0) { $0 + $1.text.utf8.count }
    return try await tokenizing(bytes, deadline: deadline, queueTime: queueTime) {
      AskedRows(rows, encoded: try encoder.encoded(rows))
    }
  }

  /// `nil`: the version cannot be read. Its rows go to the engine as they are, which says why when it cannot load it either.
  private func encoder(of version: Digest) -> RowEncoder? {
    if let known = encoders[version] { return known }
    guard let read = try? RowEncoder(version, from: source.registry, on: loading.base) else { return nil }
    encoders.keep(read, for: version)
    return read
  }

  /// Cuts texts of a request into tokens, in its own task, before it is handed to the engine: long ones a few at a time, so that there are
  /// processors for other requests.
  ///
  /// - Parameters:
  ///   - bytes: Of the texts; up to 64 KiB wait for nobody.
  ///   - deadline: When nobody waits for the answer any more.
  ///   - queueTime: How long it may wait for its turn; `nil`: until the deadline.
  ///   - body: What is done with them.
  /// - Throws: ``EngineFailure`` where its turn does not come in time; what `body` throws.
  public func tokenizing<Value>(
    _ bytes: Int, deadline: ContinuousClock.Instant? = nil, queueTime: Duration? = nil, _ body: () throws -> Value
  ) async throws -> Value {
    try await turns.run(bytes, deadline: deadline, patience: queueTime, body)
  }

  /// Tells how probable each token of a prompt was behind those before it: of all but the first, of the raw logits.
  ///
  /// - Parameters:
  ///   - ids: Of the prompt.
  ///   - version: The version that reads it; `nil`: the base.
  ///   - top: How many of the most probable tokens are told at each place.
  ///   - asker: Who asks.
  ///   - deadline: When nobody waits for the answer any more.
  ///   - queueTime: As of ``EngineRequest``.
  /// - Throws: ``EngineFailure``; `DecoderError` for ids that the base does not know.
  public func logprobs(
    of ids: [Int], by version: Digest?, top: Int, asker: String = "", deadline: ContinuousClock.Instant? = nil,
    queueTime: Duration? = nil
  ) async throws -> [TokenLogprobs] {
    try await answer(asker, deadline, queueTime, ids.count) { .logprobs(ids, version: version, top: top, $0) }
  }

  /// Tells which released task rows belong to: what `accrete route` tells.
  ///
  /// - Parameter rows: Texts, prompts or conversations.
  /// - Parameter router: By its digest; `nil`: the current release's.
  /// - Parameter asker: Who asks.
  /// - Parameter deadline: When nobody waits for the answer any more.
  /// - Parameter queueTime: How long it may wait for its turn; `nil`: until the deadline.
  /// - Returns: The routes, the digest of the router that found them, and how many tokens there are in what it reads.
  /// - Throws: ``EngineFailure``; ``ServingError/nothingReleased(path:)`` where there is none.
  public func route(
    _ rows: [RequestRow], by router: Digest? = nil, asker: String = "", deadline: ContinuousClock.Instant? = nil,
    queueTime: Duration? = nil
  ) async throws -> RoutedRows {
    let router = try current(router)
    let keys = rows.map { DecisionCache.key(router.digest, asker: asker, $0.text, instruction: $0.instruction) }
    var found = keys.map { decisions[$0] }
    let missing = found.indices.filter { found[$0] == nil }
    if !missing.isEmpty {
      let unknown = missing.map { rows[$0] }
      let bytes = unknown.reduce(0) { $0 + $1.text.utf8.count }
      let asked = try await tokenizing(bytes, deadline: deadline, queueTime: queueTime) {
        try RequestRouter.texts(
          unknown.map(\.text), instructions: unknown.map(\.instruction), on: loading.base)
      }
      let routed: [DecisionCache.Decision] = try await answer(
        asker, deadline, queueTime, asked.reduce(0) { $0 + $1.ids.count }
      ) {
        .routes(asked, router: router, $0)
      }
      for (row, decision) in zip(missing, routed) {
        found[row] = decision
        decisions.keep(decision, for: keys[row])
      }
    }
    let known = found.compactMap(\.self)
    return RoutedRows(
      routes: known.map(\.route), router: router.digest, tokens: known.reduce(0) { $0 + $1.tokens })
  }

  private func answer<Value: Sendable>(
    _ asker: String, _ deadline: ContinuousClock.Instant?, _ queueTime: Duration?, _ tokens: Int,
    _ kind: (@escaping @Sendable (Result<Value, any Error>) -> Void) -> EngineWork.Kind
  ) async throws -> Value {
    let (stream, continuation) = AsyncThrowingStream.makeStream(of: Value.self)
    let kind = kind { result in
      switch result {
      case .success(let value):
        continuation.yield(value)
        continuation.finish()
      case .failure(let error): continuation.finish(throwing: error)
      }
    }
    let taken = try submit(kind, asker: asker, deadline: deadline, queueTime: queueTime, tokens: tokens)
    let inbox = inbox
    continuation.onTermination = { reason in if case .cancelled = reason { inbox.send(.cancel(taken)) } }
    for try await value in stream { return value }
    throw EngineFailure.cancelled
  }

  /// Reads the current release's router, if it has one: the first request does not wait for it, and is answered even where the registry is
  /// gone by then.
  /// - Throws: `RegistryError`, ``ServingError``, errors of the layers below.
  public func loadRouter() throws {
    if try source.registry.currentRelease()?.manifest.router != nil { _ = try current(nil) }
  }

  private func current(_ wanted: Digest?) throws -> SharedRouter {
    do {
      return try read(wanted)
    } catch let error where !(error is ServingError) {
      // The registry cannot be read now: what was read last is served, as names are.
      guard wanted == nil, let known = routers.withLock({ $0.last }) else { throw error }
      return known
    }
  }

  private func read(_ wanted: Digest?) throws -> SharedRouter {
    if let known = wanted.flatMap(known) { return known }
    let registry = source.registry
    guard let digest = try wanted ?? registry.currentRelease()?.manifest.router else {
      throw ServingError.nothingReleased(path: registry.url.path)
    }
    if let known = known(digest) { return known }
    // Its sums are solved for here, and have other last bits with another number of threads; OpenMP counts them for each thread that asks.
    try TorchRuntime.setThreads(options.threads)
    let shared = SharedRouter(router: try registry.router(digest), digest: digest)
    routers.withLock { $0 = $0.filter { $0.digest != digest }.suffix(1) + [shared] }
    return shared
  }

  private func known(_ router: Digest) -> SharedRouter? {
    routers.withLock { $0.first { $0.digest == router } }
  }

  /// Loads a version, unless it is there.
  /// - Throws: ``EngineFailure/expertFailed(version:reason:)``.
  public func load(_ version: Digest) async throws { try await told { .want(version, $0) } }

  /// Lets a version go.
  ///
  /// - Parameter version: By the digest of its manifest.
  /// - Parameter force: Whether requests that use it are given up; otherwise it goes with the last of them.
  public func unload(_ version: Digest, force: Bool = false) async throws {
    try await told { .unload(version, force: force, $0) }
  }

  /// Keeps a version loaded whatever memory is short of, or no more.
  public func pin(_ version: Digest, _ isPinned: Bool) async throws {
    inbox.send(.pin(version, isPinned))
    if isPinned { try await load(version) }
  }

  private func told(_ message: (@escaping @Sendable (EngineFailure?) -> Void) -> EngineInbox.Message) async throws {
    let failure: EngineFailure? = await withCheckedContinuation { continuation in
      inbox.send(message { continuation.resume(returning: $0) })
    }
    if let failure { throw failure }
  }

  /// Ends the engine: it takes nothing in any more, and stops when all requests are answered, or given up.
  public func stop(cancelling: Bool) async {
    inbox.close()
    inbox.send(.stop(cancelling: cancelling))
    await shared.ended()
  }
}
