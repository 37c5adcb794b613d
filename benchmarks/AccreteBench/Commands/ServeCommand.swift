import ArgumentParser
import Files

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Measure one server.",
    discussion: """
      accrete-bench serve --setup punica --concurrency 32 --popularity distinct --model-pattern "task-{}" --adapters 32 --ignore-eos
      accrete-bench serve --setup s-lora --request-rate 2 --duration 300 --models-file adapters.txt --goodput ttft:500 tpot:50
      accrete-bench serve --setup vllm --requests 1000 --request-rate inf --max-concurrency 64 --adapter-style none
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var workload: WorkloadOptions

  @Option(help: "What the server is called in results.")
  var name = "server"

  @Option(help: "Write every request's figures to this file, as JSON.")
  var out: String?

  @Flag(help: "Keep the answers' texts in the file. Without: their digests.")
  var keepTexts = false

  @Flag(help: "End with 0 although requests failed.")
  var allowErrors = false

  func validate() throws {
    if keepTexts, out == nil { throw ValidationError("--keep-texts: --out FILE expected, where they are kept") }
  }

  mutating func run() async throws {
    try ResultFile.requirePlace(out)
    let adapters = try server.adapterNames(workload.adapters)
    let measurement = try await Measurement.make(
      try server.server(named: name, adapters: adapters), workload, say: Console.error)
    if let out { try ResultFile.write(keepTexts ? measurement : measurement.withoutTexts(), to: out) }
    try Console.output(SummaryText.text(measurement))
    if measurement.summary.failures[RequestFailure.notSentCode] != nil {
      throw BenchError.serverAway(
        url: measurement.server.url, reason: "it took no connection any more in the measurement")
    }
    if measurement.summary.answered < measurement.summary.requests, !allowErrors { throw ExitCode(1) }
  }
}
