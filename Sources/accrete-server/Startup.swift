import Files
import Foundation
import Generation
import HTTPServer
import Logging
import ModelConfiguration
import Records
import Registry
import Serving
import Torch

/// From a command line to a server that listens.
struct Startup {
  let command: ServerCommand

  init(_ command: ServerCommand) { self.command = command }

  /// Serves until it is told to end.
  ///
  /// - Returns: The signal that ended it; `nil`: something else did.
  func run() async throws -> Int32? {
    let started = ContinuousClock.now
    let options = try ServerOptions(command, version: Manifest.accreteVersion)
    // What is made from here on (a socket, a trace) is for its owner alone.
    umask(0o077)
    let output = LogOutput()
    let form: ServerLog.Form = command.records.logFormat == .json ? .json : .plain
    LoggingSystem.bootstrap { ServerLog($0, form: form, output: output) }
    let logger = Logger(label: "accrete")
    // Before the base is loaded, which takes a while: a signal meanwhile ends the process as it always does.
    let registry = try Registry.open(command.model.folder, access: .reading)
    let threads = command.model.threads ?? DefaultThreads.count
    try TorchRuntime.setThreads(threads)
    let before = ProcessMemory.residentBytes
    let base = try loadBase(of: registry)
    let held = max(ProcessMemory.residentBytes - before, 0)
    for warning in base.warnings + base.computeWarnings { logger.warning("\(warning)") }
    let catalog = try ModelCatalog(registry, basicName: command.model.baseName, template: BaseChat(base)?.digest)
    let engine = try self.engine(base, catalog, threads: threads)
    let server = try await AccreteServer(
      options, base: base, catalog: catalog, engine: engine, threads: threads,
      traceFile: command.records.traceFile.map { URL(fileURLWithPath: absolute($0)) }, logger: logger)
    let budgets = Budgets(
      program: before, base: held, experts: command.budgets.expertMemory.bytes,
      keysAndValues: command.budgets.kvMemory.bytes,
      requests: (command.budgets.maxWaiting + command.budgets.maxSequences) * options.limits.bodyBytes)
    let printsJSON = command.json
    let signals = ServerSignals { number in logger.warning("signal \(number) once more: nothing is waited for") }
    let signal = try await server.run(until: signals) { addresses in
      let took = started.duration(to: .now)
      StandardError.line(budgets.table)
      if let warning = budgets.warning(available: ProcessMemory.availableBytes) {
        StandardError.line("warning: \(warning)")
      }
      let scheme = addresses.usesTLS ? "https" : "http"
      StandardError.line(
        "\(catalog.basicName), \(catalog.models(all: false).count) models, ready after \(Int(took.seconds.rounded())) s"
      )
      StandardError.line("  requests: \(Self.url(addresses.listen, scheme))/v1")
      StandardError.line(
        "  admin:    \(Self.url(addresses.adminListen, scheme))  \(Self.adminUse(addresses.adminListen))")
      guard printsJSON else { return }
      let ready = JSONTree.object([
        "listen": .text("\(addresses.listen)"), "admin_listen": .text("\(addresses.adminListen)"),
        "tls": .boolean(addresses.usesTLS), "base": .text(catalog.basicName),
        "release": catalog.revision.map { .integer($0) } ?? .null, "budgets": budgets.json,
        "pid": .integer(Int(getpid())),
      ])
      // Whoever started it may have stopped reading; the server is for others.
      try? StandardDescriptors.write(Data(ready.json) + Data("\n".utf8), to: STDOUT_FILENO)
    }
    try registry.close()
    return signal
  }

  /// What people find at the admin listener. No browser opens a socket.
  private static func adminUse(_ address: ListenAddress) -> String {
    if case .host = address { "(the page; /metrics)" } else { "(the page, through ssh -L; /metrics)" }
  }

  private static func url(_ address: ListenAddress, _ scheme: String) -> String {
    if case .host = address { "\(scheme)://\(address)" } else { "\(address)" }
  }

  private func loadBase(of registry: Registry) throws -> Base {
    let (model, known) = (command.model, try registry.base().path)
    let folder = try BaseFolder.find(model.base ?? known, from: model.base == nil ? registry.url : nil)
    let held = try model.weights ?? registry.basePrecision()
    return try registry.loadBase(at: folder, on: Device(model.device ?? "cpu"), precision: held)
  }

  private func engine(_ base: Base, _ catalog: ModelCatalog, threads: Int) throws -> ServingEngine {
    do {
      return try ServingEngine(base, catalog: catalog, options: command.budgets.engine(threads: threads))
    } catch EngineFailure.invalid(let reason) {
      throw ServerError.option(
        name: "--kv-memory", got: "\(command.budgets.kvMemory)",
        expected: "more, or a base that reads less (\(reason.hasSuffix(".") ? String(reason.dropLast()) : reason))")
    }
  }
}
