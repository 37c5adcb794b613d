import Files

/// Sends the requests of a workload when they are due.
struct LoadDriver: Sendable {
  let workload: Workload
  let client: ServerClient
  let ignoresEnd: Bool
  let progress: LoadProgress

  /// Sends all requests; their records, in the requests' order.
  func run(clock: RunClock) async -> [RequestRecord] {
    await withTaskGroup(of: RequestRecord.self) { group in
      var records: [RequestRecord] = []
      var running = 0
      for request in workload.requests {
        await clock.wait(until: request.arrival)
        if let limit = workload.limit, running >= limit, let record = await group.next() {
          records.append(record)
          running -= 1
        }
        group.addTask { await send(request, clock: clock) }
        running += 1
      }
      for await record in group { records.append(record) }
      return records.sorted { $0.number < $1.number }
    }
  }

  /// Sends the first requests one at a time, with other prompts than the measured ones.
  ///
  /// - Returns: Why the last one failed, where all did.
  func warmUp(_ count: Int, clock: RunClock) async -> RequestFailure? {
    var failures: [RequestFailure?] = []
    for request in workload.requests.prefix(count) {
      failures.append(await answer(to: request, number: -1 - request.number, clock: clock).failure)
    }
    return failures.allSatisfy { $0 != nil } ? failures.last ?? nil : nil
  }

  private func send(_ request: Workload.Request, clock: RunClock) async -> RequestRecord {
    guard !progress.isServerAway else {
      var answer = StreamedAnswer(sent: clock.seconds)
      answer.failure = RequestFailure(
        code: RequestFailure.notSentCode, message: "\(LoadProgress.patience) connections in a row had failed")
      progress.add(answer)
      return RequestRecord(request, answer, adapter: adapter(of: request))
    }
    let answer = await answer(to: request, number: request.number, clock: clock)
    progress.add(answer)
    return RequestRecord(request, answer, adapter: adapter(of: request))
  }

  private func adapter(of request: Workload.Request) -> String? {
    request.adapter.flatMap { client.server.adapters.indices.contains($0) ? client.server.adapters[$0] : nil }
  }

  private func answer(to request: Workload.Request, number: Int, clock: RunClock) async -> StreamedAnswer {
    let prompt = workload.prompts.prompt(number, words: request.words)
    return await client.answer(
      to: RequestBody.json(request, for: client.server, prompt: prompt, ignoresEnd: ignoresEnd), clock: clock)
  }
}
