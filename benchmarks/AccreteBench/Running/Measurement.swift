import Files
import Foundation

/// One measurement of one server, as files have it.
struct Measurement: Codable, Sendable {
  static let format = "accrete-bench-serve/1"

  /// What was asked, without its key.
  struct Asked: Codable, Sendable {
    let name: String
    let url: String
    let endpoint: Endpoint
    let adapterStyle: AdapterStyle
    let baseModel: String?
    let adapters: [String]
    /// As the server calls what answered.
    let facts: ServerFacts
  }

  var format = Self.format
  let program: String
  let started: String
  let machine: Machine
  let server: Asked
  let setup: [String: JSONTree]
  let summary: Summary
  let processes: [ServerProcess.Figures]
  /// Processor time of the load generator itself.
  let clientProcessorSeconds: Double
  let formulas: [String: String]
  var requests: [RequestRecord]

  /// The same without texts, which are in the answers of a customer's model.
  func withoutTexts() -> Measurement {
    var copy = self
    for index in copy.requests.indices { copy.requests[index].text = nil }
    return copy
  }

  /// Measures.
  ///
  /// - Parameters:
  ///   - server: Which.
  ///   - options: What is asked.
  ///   - round: Of a comparison.
  ///   - say: Takes lines of progress.
  /// - Throws: ``BenchError``; failures of requests are part of the result.
  static func make(
    _ server: Server, _ options: WorkloadOptions, round: Int = 0, say: @escaping @Sendable (String) -> Void
  ) async throws -> Measurement {
    let workload = try options.workload(adapters: server.adapters.count, round: round)
    let limits = try GoodputLimits(options.goodput)
    let (setup, ignoresEnd, warmUp) = (try options.record(), options.ignoreEos, options.warmUp)
    return try await ServerClient.with(server) { client in
      let facts = try await ServerFacts.ask(client)
      // In the style of OpenAI a base without a name cannot be asked; others take any.
      let named = client.naming(server.baseModel ?? facts.models.first)
      if named.server.baseModel == nil, server.style == .model, server.adapters.isEmpty {
        say("\(server.name): /v1/models names no model, and there is no --base-model; requests are sent without one")
      }
      let driver = LoadDriver(
        workload: workload, client: named, ignoresEnd: ignoresEnd,
        progress: LoadProgress(server.name, count: workload.requests.count, say: say))
      if let failure = await driver.warmUp(warmUp, clock: RunClock()), warmUp > 0 {
        guard failure.code != RequestFailure.connectionCode else {
          throw BenchError.serverAway(url: server.address.text, reason: failure.message)
        }
        say("\(server.name): warming up failed, \(failure.code): \(failure.message)")
      }
      let (started, used) = (Date().ISO8601Format(), ProcessMemory.processorSeconds)
      let watched = try await ProcessWatch.watching(server.processes) { await driver.run(clock: RunClock()) }
      return Measurement(
        program: "accrete-bench \(Program.version)", started: started, machine: Machine.this,
        server: Asked(
          name: server.name, url: server.address.text, endpoint: server.endpoint, adapterStyle: server.style,
          baseModel: named.server.baseModel, adapters: server.adapters, facts: facts),
        setup: setup, summary: Summary(watched.result, limits: limits, isOpen: workload.limit == nil),
        processes: watched.figures, clientProcessorSeconds: ProcessMemory.processorSeconds - used,
        formulas: Formulas.all, requests: watched.result)
    }
  }
}
