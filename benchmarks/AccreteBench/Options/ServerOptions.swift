import ArgumentParser
import Files
import Foundation

/// Which server is asked, and how: options of `serve`, and keys of a server in a plan of `compare`.
struct ServerOptions: ParsableArguments {
  @Option(help: "Address of the server.")
  var url = "http://127.0.0.1:8080"

  @Option(help: "File with the API key.")
  var apiKeyFile: String?

  @Option(help: "Which form of requests: completions or chat.")
  var endpoint: Endpoint = .completions

  @Option(help: "How an adapter is asked for: model (OpenAI's `model`), llama (llama.cpp's `lora` of a request), none.")
  var adapterStyle: AdapterStyle = .model

  @Option(help: "What the base is called in `model`. Without: the first name of /v1/models.")
  var baseModel: String?

  @Option(help: "Names of the adapters, separated by commas.")
  var models: [String] = []

  @Option(help: "File with the name of an adapter on each line.")
  var modelsFile: String?

  @Option(help: "Names of the adapters as a pattern, in which {} stands for 0, 1, 2, …: `task-{}` with --adapters.")
  var modelPattern: String?

  @Option(help: "Process of the server, whose processor time and memory are measured; may be given several times.")
  var serverPid: [Int32] = []

  @Option(help: "Seconds that a request takes at most.")
  var timeout = 600.0

  @Option(help: "Seconds without a byte after which a request is given up.")
  var idleTimeout = 120.0

  @Option(help: "Seconds that a connection takes at most.")
  var connectTimeout = 10.0

  @Flag(help: "Use a connection again for the next request. Without: each request has a connection of its own.")
  var keepAlive = false

  func validate() throws {
    do {
      _ = try ServerAddress(url)
      try refuseContradictions()
      for (name, seconds) in [
        ("timeout", timeout), ("idle-timeout", idleTimeout), ("connect-timeout", connectTimeout),
      ] {
        guard (0.01...86_400).contains(seconds) else {
          throw BenchError.usage("--\(name): 0.01 to 86400 seconds expected, got \(seconds)")
        }
      }
      if let pid = serverPid.first(where: { $0 < 1 }) {
        throw BenchError.usage("--server-pid: the number of a process expected, got \(pid)")
      }
    } catch let error as BenchError {
      throw ValidationError(error.description)
    }
  }
}

extension ServerOptions {
  private func refuseContradictions() throws {
    let ways = [
      ("--models", !models.isEmpty), ("--models-file", modelsFile != nil), ("--model-pattern", modelPattern != nil),
    ]
    .filter { $0.1 }.map { $0.0 }
    guard ways.count < 2 else {
      throw BenchError.usage("\(ways.joined(separator: " and ")) both name the adapters. Leave one out.")
    }
    if adapterStyle == .none, let way = ways.first {
      throw BenchError.usage("\(way) names adapters, but --adapter-style none asks for none. Leave one out.")
    }
    if let modelPattern, !modelPattern.contains("{}") {
      throw BenchError.usage("--model-pattern: {} for the number expected in it, got \(modelPattern.debugDescription)")
    }
  }

  /// The names of the adapters.
  ///
  /// - Parameter count: How many were asked for; `nil`: all that are named.
  /// - Throws: ``BenchError/usage(_:)`` where there are fewer, or where a number is needed; as files do.
  func adapterNames(_ count: Int?) throws -> [String] {
    if adapterStyle == .none {
      guard (count ?? 0) == 0 else {
        throw BenchError.usage("--adapters \(count ?? 0): --adapter-style none asks for none. Leave one out.")
      }
      return []
    }
    if let modelPattern {
      guard let count else {
        throw BenchError.usage("--model-pattern: --adapters N expected, for how many names it stands")
      }
      return (0..<max(count, 0)).map { modelPattern.replacingOccurrences(of: "{}", with: String($0)) }
    }
    let names = try listedNames()
    guard let count else { return names }
    // llama.cpp knows adapters by their numbers alone.
    if names.isEmpty, adapterStyle == .llama { return (0..<max(count, 0)).map(String.init) }
    guard count <= names.count else {
      throw BenchError.usage(
        "--adapters \(count): only \(names.count) adapters are named. Name more with --models, --models-file or --model-pattern."
      )
    }
    return Array(names.prefix(count))
  }

  private func listedNames() throws -> [String] {
    let names: [String]
    let source: String
    if let modelsFile {
      let file = try MappedFile(URL(fileURLWithPath: modelsFile))
      guard file.bytes.count <= 16 << 20 else {
        throw FileError.tooLarge(path: modelsFile, bytes: file.bytes.count, limit: 16 << 20)
      }
      names = String(decoding: file.data(), as: UTF8.self).split(whereSeparator: \.isNewline)
        .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      source = "--models-file"
      guard !names.isEmpty else {
        throw BenchError.data(path: modelsFile, reason: "no name is in it: one on each line expected")
      }
    } else {
      names = models.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
      source = "--models"
    }
    guard !names.contains("") else { throw BenchError.usage("\(source): a name is empty. Leave the comma out.") }
    var seen: Set<ExactText> = []
    if let twice = names.first(where: { !seen.insert(ExactText($0)).inserted }) {
      throw BenchError.usage("\(source): \(twice.debugDescription) is named twice. Leave one out.")
    }
    return names
  }

  /// The server, with its key read.
  ///
  /// - Parameters:
  ///   - name: What it is called in results.
  ///   - adapters: The names of its adapters.
  func server(named name: String, adapters: [String]) throws -> Server {
    Server(
      name: name, address: try ServerAddress(url), endpoint: endpoint, style: adapterStyle, baseModel: baseModel,
      adapters: adapters, key: try apiKeyFile.map(APIKey.read), processes: serverPid,
      limits: TimeLimits(connect: connectTimeout, idle: idleTimeout, request: timeout), keepsConnections: keepAlive)
  }
}
