import Files

/// A measurement as a person reads it.
enum SummaryText {
  static func text(_ measurement: Measurement) -> String {
    let summary = measurement.summary
    var parts = [heading(measurement), totals(summary), spreads(summary)]
    if !summary.failures.isEmpty { parts.append(failures(measurement)) }
    if !measurement.processes.isEmpty { parts.append(processes(measurement)) }
    return parts.joined(separator: "\n\n")
  }

  private static func heading(_ measurement: Measurement) -> String {
    let server = measurement.server
    let setup = measurement.setup["setup"]?.string ?? ""
    return "\(server.name)  \(server.url)  \(setup), \(server.endpoint.rawValue), \(server.adapters.count) adapters"
      + "  (\(measurement.machine.processor), \(measurement.machine.cores) cores)"
  }

  private static func totals(_ summary: Summary) -> String {
    var table = TextTable(["", ""])
    table.add(["requests answered", "\(summary.answered) of \(summary.requests)"])
    table.add(["seconds", Figures.text(summary.duration)])
    table.add(["requests/s", Figures.text(summary.requestsPerSecond)])
    table.add(["output tokens/s", Figures.text(summary.outputTokensPerSecond)])
    table.add(["all tokens/s", Figures.text(summary.tokensPerSecond)])
    if let goodput = summary.goodput { table.add(["goodput, requests/s", Figures.text(goodput)]) }
    table.add(["prompt tokens", counted(summary.promptTokens, summary)])
    table.add(["output tokens", "\(summary.outputTokens)"])
    if summary.promptWords > 0, summary.promptTokens > 0, summary.countedByServer == summary.answered {
      table.add(["prompt tokens per word", Figures.text(Double(summary.promptTokens) / Double(summary.promptWords))])
    }
    table.add([
      "requests at a time", "\(Figures.text(summary.concurrency.mean)), at most \(summary.concurrency.greatest)",
    ])
    table.add(["adapters at a time", Figures.text(summary.concurrency.meanAdapters)])
    if let lateness = summary.lateness { table.add(["sent late, p99 ms", Figures.milliseconds(lateness.p99)]) }
    // The header of a table of two columns says nothing.
    return String(table.text.drop { $0 == "\n" || $0 == " " })
  }

  private static func counted(_ tokens: Int, _ summary: Summary) -> String {
    summary.countedByServer == summary.answered
      ? "\(tokens)"
      : "\(tokens) (the server counted \(summary.countedByServer) of \(summary.answered); of the others, events are counted)"
  }

  private static func spreads(_ summary: Summary) -> String {
    var table = TextTable(["milliseconds", "mean", "std", "p50", "p90", "p95", "p99"])
    let rows: [(String, Spread?)] = [
      ("TTFT", summary.ttft), ("TPOT", summary.tpot), ("ITL", summary.itl), ("E2EL", summary.e2el),
    ]
    for (name, spread) in rows {
      let numbers = [spread?.mean, spread?.std, spread?.p50, spread?.p90, spread?.p95, spread?.p99]
      table.add([name] + numbers.map(Figures.milliseconds))
    }
    return table.text
  }

  private static func failures(_ measurement: Measurement) -> String {
    var table = TextTable(["failed", "requests"])
    for (code, count) in measurement.summary.failures.sorted(by: { $0.key < $1.key }) { table.add([code, "\(count)"]) }
    let first = measurement.requests.first { $0.failure != nil }
    return table.text + (first.map { "\nthe first, request \($0.number): \($0.failure?.message ?? "")" } ?? "")
  }

  private static func processes(_ measurement: Measurement) -> String {
    var table = TextTable(["process", "name", "CPU s", "peak MiB", "MiB since start"])
    for process in measurement.processes {
      table.add([
        "\(process.pid)", process.name, Figures.text(process.processorSeconds),
        Figures.mebibytes(process.peakResidentBytes), Figures.mebibytes(process.highWaterBytes),
      ])
    }
    return table.text
  }
}
