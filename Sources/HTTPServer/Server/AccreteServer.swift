import Access
import Files
public import Foundation
public import Generation
public import Logging
import NIOSSL
public import Registry
import ServiceLifecycle
public import Serving
import Synchronization

/// An OpenAI-compatible API over a registry: one copy of the base, an expert for each request.
///
/// ```swift
/// let catalog = try ModelCatalog(registry)
/// let engine = try ServingEngine(base, catalog: catalog, options: EngineOptions(threads: 4))
/// let server = try await AccreteServer(options, base: base, catalog: catalog, engine: engine, threads: 4, logger: logger)
/// let signal = try await server.run(until: ServerSignals()) { print($0.listen) }
/// ```
public struct AccreteServer: Sendable {
  /// Where it listens, with the ports that the system has chosen.
  public struct Addresses: Sendable, Equatable {
    public let listen: ListenAddress
    public let adminListen: ListenAddress
    /// Whether both, as far as they go over TCP, speak TLS.
    public let usesTLS: Bool
  }

  private let options: ServerOptions
  private let core: ServerCore
  private let engine: ServingEngine
  private let catalog: ModelCatalog
  private let session: PageSession
  private let tls: TLSConfiguration?
  private let adminConnections = ConnectionTable()
  private let testPrompt: [Int]
  private let traceFile: TraceFile?

  /// - Parameters:
  ///   - options: How it listens, and to whom.
  ///   - base: The registry's, loaded.
  ///   - catalog: Of the registry.
  ///   - engine: Over both.
  ///   - threads: Of an operation, which the fingerprint of answers depends on.
  ///   - traceFile: Where spans are written; `nil`: nowhere.
  ///   - logger: For what happens.
  /// - Throws: ``ServerError``; `AccessError`, `FileError`, and what the base's template throws.
  public init(
    _ options: ServerOptions, base: Base, catalog: ModelCatalog, engine: ServingEngine, threads: Int,
    traceFile: URL? = nil, logger: Logger
  ) async throws {
    try options.validate()
    tls = try options.tls.map(ServerTransport.configuration)
    let registry = catalog.registry
    let keys = options.requiresKeys ? try Self.keys(of: registry, logger) : nil
    let prompts = try BasePrompts(
      base, record: registry.base(), basicName: catalog.basicName, numerics: Numerics.id(threads: threads),
      build: options.version)
    self.traceFile = traceFile.map { TraceFile($0, logger: logger) }
    core = ServerCore(
      options: options, engine: engine, catalog: catalog, prompts: prompts,
      admission: Admission(
        keys: keys, isLocal: !options.isBehindProxy && options.listen.isLocal && options.adminListen.isLocal),
      metrics: ServerMetrics(
        base: catalog.basicName, maxExperts: Self.expertsInStep, vllmNames: options.hasMetricsAlias),
      tracer: ServerTracer(self.traceFile), logger: logger, folder: registry.url, registry: registry)
    session = await PageSession(try PageSecret(of: registry.url), isSecure: tls != nil || options.isBehindProxy)
    (self.options, self.engine, self.catalog) = (options, engine, catalog)
    testPrompt = [base.endToken]
  }

  /// As many as sequences, which each have one.
  private static let expertsInStep = 64

  private static func keys(of registry: Registry, _ logger: Logger) throws -> AccessKeys {
    guard AccessKeys.exists(in: registry.url) else { throw ServerError.noKeys(registry: registry.url.path) }
    let keys = try AccessKeys.open(in: registry.url) { problem in
      logger.warning("last uses of keys are not written", metadata: ["cause": "\(problem)"])
    }
    guard try keys.list().contains(where: { $0.isUsable(at: Date()) }) else {
      throw ServerError.noKeys(registry: registry.url.path)
    }
    return keys
  }

  /// Serves until a signal asks it to end, and every request that ran has been answered or given up.
  ///
  /// - Parameters:
  ///   - signals: What ends it.
  ///   - onReady: Called when both listeners are there.
  /// - Returns: The signal; `nil`: something else ended it.
  /// - Throws: ``ServerError``.
  public func run(
    until signals: ServerSignals, onReady: @escaping @Sendable (Addresses) async -> Void
  ) async throws -> Int32? {
    for address in [options.listen, options.adminListen] { try await address.requireFree() }
    engine.observe { [metrics = core.metrics] in metrics.take($0) }
    try await SelfTest.run(engine, prompt: testPrompt)
    core.isTested = true
    let shutdown = ShutdownService(
      signals, drain: core.drain, delay: options.drainDelay, timeout: options.drainTimeout, logger: core.logger
    ) { [engine] in await engine.stop(cancelling: true) }
    let opened = Opened(usesTLS: tls != nil, onReady)
    let listeners = listeners(opened)
    let services: [ServiceGroupConfiguration.ServiceConfiguration] = [
      .init(service: CatalogService(catalog: catalog, engine: engine, logger: core.logger)),
      .init(service: listeners.open), .init(service: listeners.admin),
      // The last is ended first: listeners wait for their answers, of which the streams of events end with this alone.
      .init(service: LiveService(core: core)),
      // Whatever ends it, the others go with it.
      .init(
        service: shutdown, successTerminationBehavior: .gracefullyShutdownGroup,
        failureTerminationBehavior: .gracefullyShutdownGroup),
    ]
    var configuration = ServiceGroupConfiguration(services: services, logger: core.logger)
    // A client that keeps its connection open does not keep the server.
    configuration.maximumGracefulShutdownDuration = .seconds(10)
    try await ServiceGroup(configuration: configuration).run()
    await traceFile?.flush()
    try core.admission.keys?.close()
    if shutdown.signal != nil { core.logger.notice("stopped; \(shutdown.givenUp) requests were given up") }
    return shutdown.signal
  }

  private func listeners(_ opened: Opened) -> (open: ListenerService, admin: ListenerService) {
    func listener(
      _ address: ListenAddress, _ table: RouteTable, _ connections: ConnectionTable, isAdmin: Bool
    ) -> ListenerService {
      ListenerService(
        address: address, responder: ServerResponder(core: core, table: table, connections: connections),
        transport: ServerTransport(
          limits: options.limits, connections: connections, tls: address.isNetwork ? tls : nil),
        logger: core.logger
      ) { await opened.note($0, isAdmin: isAdmin) }
    }
    return (
      listener(options.listen, .ofPublic(core), core.connections, isAdmin: false),
      listener(options.adminListen, .ofAdmin(core, session: session), adminConnections, isAdmin: true)
    )
  }

  /// Waits for both listeners.
  private actor Opened {
    private let usesTLS: Bool
    private let onReady: @Sendable (Addresses) async -> Void
    private var listen: ListenAddress?
    private var adminListen: ListenAddress?

    init(usesTLS: Bool, _ onReady: @escaping @Sendable (Addresses) async -> Void) {
      (self.usesTLS, self.onReady) = (usesTLS, onReady)
    }

    func note(_ address: ListenAddress, isAdmin: Bool) async {
      if isAdmin { adminListen = address } else { listen = address }
      guard let listen, let adminListen else { return }
      await onReady(Addresses(listen: listen, adminListen: adminListen, usesTLS: usesTLS))
    }
  }
}
