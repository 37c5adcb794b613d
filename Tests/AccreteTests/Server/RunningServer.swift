import Foundation
import TestSupport
import Testing

/// The built server over a registry, at ports that the system chooses; it ends with the test that has it.
final class RunningServer {
  static let binary = Accrete.binary.deletingLastPathComponent().appendingPathComponent("accrete-server")

  let process: Process
  let port: Int
  let adminPort: Int
  /// What it printed when it was ready.
  let ready: [String: Any]
  private let scratch: Scratch

  /// Starts it, and waits until it is ready.
  ///
  /// - Parameters:
  ///   - registry: The registry's folder.
  ///   - options: More of its command line.
  init(_ registry: URL, _ options: String...) throws {
    scratch = try Scratch()
    let output = scratch.url("output")
    process = try Accrete.start(
      Self.arguments(registry) + ["--json"] + options, output: output, error: scratch.url("error"), in: scratch.url,
      program: Self.binary)
    let deadline = ContinuousClock.now + .seconds(20)
    while try !Data(contentsOf: output).contains(0x0A), process.isRunning, ContinuousClock.now < deadline {
      Thread.sleep(forTimeInterval: 0.005)
    }
    let printed = try Data(contentsOf: output)
    guard let ready = try? JSONSerialization.jsonObject(with: printed) as? [String: Any] else {
      process.terminate()
      throw ServerConnection.Failure(description: "the server is not ready: \(try scratch.text("error"))")
    }
    self.ready = ready
    func port(_ key: String) throws -> Int {
      let address = try #require(ready[key] as? String)
      return try #require(address.split(separator: ":").last.flatMap { Int($0) }, "\(address)")
    }
    (self.port, adminPort) = (try port("listen"), try port("admin_listen"))
  }

  deinit {
    // Twice: the first asks it to end, the second does not wait.
    for _ in 0..<2 where process.isRunning {
      process.terminate()
      Thread.sleep(forTimeInterval: 0.01)
    }
    process.waitUntilExit()
  }

  /// The command line of a server that tests ask: one thread, so that its numbers are those of `accrete --threads 1`, and little memory.
  static func arguments(_ registry: URL) -> [String] {
    [
      "--registry", registry.path, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--threads", "1",
      "--kv-memory", "64MiB", "--drain-delay", "0",
    ]
  }

  /// Starts a server that is to refuse its command line, and waits for its end; one that has not ended within twenty seconds is killed.
  static func refused(_ registry: URL, _ options: [String]) throws -> Outcome {
    let scratch = try Scratch()
    let (output, error) = (scratch.url("output"), scratch.url("error"))
    let process = try Accrete.start(
      arguments(registry) + options, output: output, error: error, in: scratch.url, program: binary)
    let deadline = ContinuousClock.now + .seconds(20)
    while process.isRunning, ContinuousClock.now < deadline { Thread.sleep(forTimeInterval: 0.005) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return try Accrete.outcome(process, output: output, error: error)
  }

  /// What it has written to standard error.
  var log: String { (try? scratch.text("error")) ?? "" }

  /// A request that was sent, and is not read yet.
  func send(
    _ path: String, _ body: String? = nil, method: String? = nil, key: String? = nil, isAdmin: Bool = false
  ) throws -> ServerConnection {
    let connection = try ServerConnection(port: isAdmin ? adminPort : port)
    try connection.send(
      method ?? (body == nil ? "GET" : "POST"), path, body,
      headers: key.map { ["authorization": "Bearer \($0)"] } ?? [:])
    return connection
  }

  func ask(
    _ path: String, _ body: String? = nil, method: String? = nil, key: String? = nil, isAdmin: Bool = false
  ) throws -> ServerAnswer {
    try send(path, body, method: method, key: key, isAdmin: isAdmin).answer()
  }

  /// A chat of one text.
  func chat(_ model: String, _ text: String = ServedRegistry.text, more: String = "", key: String? = nil) throws
    -> ServerAnswer
  {
    try ask("/v1/chat/completions", Self.chatBody(model, text, more: more), key: key)
  }

  static func chatBody(_ model: String, _ text: String = ServedRegistry.text, more: String = "") -> String {
    #"{"model":"\#(model)","messages":[{"role":"user","content":"\#(text)"}]\#(more)}"#
  }

  /// A stream that runs for a while: it has begun, and its end token does not end it.
  func stream(_ model: String, tokens: Int, choices: Int = 1) throws -> ServerConnection {
    let more = #","stream":true,"ignore_eos":true,"max_tokens":\#(tokens),"n":\#(choices)"#
    let connection = try send(
      "/v1/chat/completions", Self.chatBody(model, "Tell of place 1:", more: more))
    try connection.wait(for: "data: ")
    return connection
  }

  /// Asks until an answer is as it should be.
  ///
  /// - Parameter pause: Seconds between two.
  /// - Returns: The first that is; after ten seconds the last one.
  func asked(every pause: Double = 0.01, _ ask: () throws -> ServerAnswer, until isSo: (ServerAnswer) -> Bool) throws
    -> (answer: ServerAnswer, after: Duration)
  {
    let start = ContinuousClock.now
    while true {
      let answer = try ask()
      let time = ContinuousClock.now - start
      if isSo(answer) || time > .seconds(60) { return (answer, time) }
      Thread.sleep(forTimeInterval: pause)
    }
  }
}
