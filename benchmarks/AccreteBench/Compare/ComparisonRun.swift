import Files

/// Makes the measurements of a plan, in turns.
struct ComparisonRun {
  let plan: ComparisonPlan
  /// Where the result is written after each round; `nil`: nowhere.
  let out: String?
  let keepsTexts: Bool

  /// - Returns: The whole result.
  /// - Throws: ``BenchError`` where a server is away; what was measured until then is in the file.
  func run(say: @escaping @Sendable (String) -> Void) async throws -> ComparisonResult {
    var result = ComparisonResult(
      program: "accrete-bench \(Program.version)", rounds: plan.rounds, isComplete: false, cells: [], verdicts: [],
      formulas: Formulas.all)
    do {
      for round in 0..<plan.rounds {
        try await measure(round, into: &result, say: say)
        result.isComplete = round + 1 == plan.rounds
        try write(&result)
      }
    } catch {
      // A server that goes away in the tenth round takes nine with it otherwise.
      if !result.cells.isEmpty {
        do { try write(&result) } catch { say("the measurements until now could not be written: \(error)") }
      }
      throw error
    }
    return result
  }

  /// Measures all cases on all servers once. Cases lie inside of rounds, so that what changes on the machine meets all of them.
  private func measure(
    _ round: Int, into result: inout ComparisonResult, say: @escaping @Sendable (String) -> Void
  ) async throws {
    for item in plan.cases {
      for place in ComparisonPlan.order(plan.servers.count, round: round) {
        let entry = plan.servers[place]
        let server = try entry.options.server(
          named: entry.name, adapters: try entry.options.adapterNames(item.options.adapters))
        let label = "round \(round + 1) of \(plan.rounds), \(item.name)"
        let measurement = try await Measurement.make(server, item.options, round: round) { say("\(label), \($0)") }
        guard measurement.summary.failures[RequestFailure.notSentCode] == nil else {
          throw BenchError.serverAway(
            url: server.address.text, reason: "\(entry.name) took no connection any more in \(label)")
        }
        result.cells.append(
          ComparisonResult.Cell(
            name: item.name, server: entry.name, round: round, order: result.cells.count,
            measurement: keepsTexts ? measurement : measurement.withoutTexts()))
      }
    }
  }

  private func write(_ result: inout ComparisonResult) throws {
    result.verdicts = ComparisonResult.verdicts(
      result.cells, cases: plan.cases.map(\.name), servers: plan.servers.map(\.name), comparesTexts: plan.comparesTexts)
    if let out { try ResultFile.write(result, to: out) }
  }
}
