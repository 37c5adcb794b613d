public import ArgumentParser
import Files
import Foundation
import HTTPServer
import Serving
import Torch

/// Which registry, on which base.
struct ModelOptions: ParsableArguments {
  @Option(help: "Folder of the registry. Default: $ACCRETE_REGISTRY, else ./registry.")
  var registry: String?

  @Option(
    help:
      "Where the registry's base is, if it has moved: a folder, an embedded base's name, or ORG/NAME of Hugging Face's cache."
  )
  var base: String?

  @Option(help: "What requests call the base. Default: the name of its folder.")
  var baseName: String?

  @Option(help: "cpu, cuda or cuda:N. Default: cpu.")
  var device: String?

  @Option(help: "Threads of an operation. Default: $OMP_NUM_THREADS, else all cores.")
  var threads: Int?

  @Option(
    help:
      "How the base's matrices are held: float32, bfloat16, int8, fp8, nf4, or int4 (checkpoints of GPTQ and AWQ). Default: as the released versions were learned."
  )
  var weights: WeightMatrix.Precision?

  /// The registry's folder.
  var folder: URL {
    let named = ProcessInfo.processInfo.environment["ACCRETE_REGISTRY"].flatMap { $0.isEmpty ? nil : $0 }
    return URL(fileURLWithPath: absolute(registry ?? named ?? "registry"))
  }
}

/// Where it listens, and to whom.
struct ListenerOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Where requests come in: HOST:PORT.", valueName: "address"))
  var listen = "127.0.0.1:8080"

  @Option(
    help: ArgumentHelp(
      "Where metrics, the page and changes are: HOST:PORT or unix:PATH.", valueName: "address"))
  var adminListen = "127.0.0.1:8081"

  @Flag(help: "Every request needs a key of the registry (accrete keys create).")
  var keys = false

  @Option(
    help: ArgumentHelp("Certificate in PEM form, those that sign it behind it; for both listeners.", valueName: "file"))
  var tlsCert: String?

  @Option(help: ArgumentHelp("Its private key in PEM form.", valueName: "file"))
  var tlsKey: String?

  @Flag(help: "A proxy on the way ends TLS and says by x-forwarded-for who asks.")
  var behindProxy = false

  @Option(help: ArgumentHelp("After SIGTERM, take requests for so many seconds more.", valueName: "seconds"))
  var drainDelay = 5

  @Option(help: ArgumentHelp("After that, let running requests end for so many seconds.", valueName: "seconds"))
  var drainTimeout = 60
}

/// How much memory, and how many requests.
struct BudgetOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Memory for keys and values, the prefix cache included.", valueName: "bytes"))
  var kvMemory = ByteCount(bytes: 1 << 30)

  @Option(help: ArgumentHelp("Memory for loaded experts, their mapped files included.", valueName: "bytes"))
  var expertMemory = ByteCount(bytes: 1 << 30)

  @Option(help: ArgumentHelp("A version with a larger file than this is not loaded.", valueName: "bytes"))
  var maxExpertFile = ByteCount(bytes: EngineOptions.usualExpertFileBytes)

  @Option(help: ArgumentHelp("Requests that may wait; one more is answered 503.", valueName: "count"))
  var maxWaiting = 256

  @Option(help: ArgumentHelp("Texts that are written at once.", valueName: "count"))
  var maxSequences = 64

  @Flag(inversion: .prefixedNo, help: "Keep beginnings of prompts that were read, for later requests of the same key.")
  var prefixCache = true

  func validate() throws {
    if !(1...100_000).contains(maxWaiting) { throw ValidationError("--max-waiting: 1 to 100000.") }
    if !(1...4_096).contains(maxSequences) { throw ValidationError("--max-sequences: 1 to 4096.") }
  }

  func engine(threads: Int) -> EngineOptions {
    EngineOptions(
      kvBytes: kvMemory.bytes, expertBytes: expertMemory.bytes, expertFileBytes: maxExpertFile.bytes,
      maxSequences: maxSequences, maxWaiting: maxWaiting,
      usesPrefixCache: prefixCache, threads: threads)
  }
}

/// What is taken for granted about requests.
struct RequestOptions: ParsableArguments {
  @Option(help: ArgumentHelp("New tokens of a chat request that does not say how many.", valueName: "count"))
  var defaultMaxTokens = 512

  @Option(
    help:
      "A text that no task claims, sent to auto: base, which answers it, or refuse. A request's accrete.unknown goes before."
  )
  var unknown: AccreteOptions.Unknown = .base

  @Option(help: "Fields of a request that nobody knows: refuse, or report: ignore and list them in the answer.")
  var unknownFields: UnknownFieldsChoice = .refuse
}

enum UnknownFieldsChoice: String, ExpressibleByArgument, CaseIterable { case refuse, report }

/// What is written down.
struct RecordOptions: ParsableArguments {
  @Option(help: "Serve metrics under these names, too: vllm.")
  var metricsAlias: MetricsAlias?

  @Option(
    help: ArgumentHelp(
      "Write a span of each request to this file, one JSON object a line; never a text of a message.", valueName: "file"
    ))
  var traceFile: String?

  @Option(help: "Form of the log on standard error: text or json.")
  var logFormat: LogForm = .text
}

enum MetricsAlias: String, ExpressibleByArgument, CaseIterable { case vllm }

enum LogForm: String, ExpressibleByArgument, CaseIterable { case text, json }

extension WeightMatrix.Precision: ExpressibleByArgument {}

extension AccreteOptions.Unknown: ExpressibleByArgument {}

/// An absolute path of an argument.
func absolute(_ path: String) -> String {
  URL(fileURLWithPath: (path as NSString).expandingTildeInPath).standardizedFileURL.path
}

extension ServerOptions {
  /// As the command line has them.
  init(_ command: ServerCommand, version: String) throws {
    let listeners = command.listeners
    self.init(version: version)
    listen = try ListenAddress(listeners.listen, option: "--listen")
    adminListen = try ListenAddress(listeners.adminListen, option: "--admin-listen")
    switch (listeners.tlsCert, listeners.tlsKey) {
    case (let certificate?, let key?):
      tls = TLSFiles(
        certificates: URL(fileURLWithPath: absolute(certificate)), key: URL(fileURLWithPath: absolute(key)))
    case (nil, nil): tls = nil
    case (_?, nil): throw ServerError.halfOfTLS(given: "--tls-cert", missing: "--tls-key")
    case (nil, _?): throw ServerError.halfOfTLS(given: "--tls-key", missing: "--tls-cert")
    }
    isBehindProxy = listeners.behindProxy
    requiresKeys = listeners.keys
    // Before they become durations: what is too large is an error of the option.
    drainDelay = .seconds(min(max(listeners.drainDelay, -1), 1 << 20))
    drainTimeout = .seconds(min(max(listeners.drainTimeout, -1), 1 << 20))
    defaultMaxTokens = command.requests.defaultMaxTokens
    unknown = command.requests.unknown
    reportsUnknownFields = command.requests.unknownFields == .report
    hasMetricsAlias = command.records.metricsAlias == .vllm
    try validate()
  }
}
