import Foundation
import TestSupport
import Testing

/// What the lines of a page about serving are run with: a line that starts a server starts one at a port of the system's choice, and lines
/// that ask go to it.
final class DocumentedServer {
  private let session: DocumentedSession
  private var running: (process: Process, port: Int, hasTLS: Bool)?

  init(_ session: DocumentedSession) { self.session = session }

  deinit { stop() }

  /// Starts a server by its line, instead of the one that runs.
  func start(_ line: String) throws {
    stop()
    let (output, error) = (session.scratch.url("serve.out"), session.scratch.url("serve.err"))
    let process = try Accrete.start(
      ["-c", Self.command(line), Accrete.binary.path], output: output, error: error, in: session.scratch.url,
      program: URL(fileURLWithPath: "/bin/sh"))
    // A busy machine takes its time; a server that does not start ends.
    let deadline = ContinuousClock.now + .seconds(120)
    while try !Data(contentsOf: output).contains(0x0A), process.isRunning, ContinuousClock.now < deadline {
      Thread.sleep(forTimeInterval: 0.01)
    }
    let ready = try? JSONSerialization.jsonObject(with: Data(contentsOf: output)) as? [String: Any]
    guard let address = ready?["listen"] as? String, let port = address.split(separator: ":").last.flatMap({ Int($0) })
    else {
      process.terminate()
      throw ServerConnection.Failure(description: "\(line): \(try session.scratch.text("serve.err").suffix(600))")
    }
    running = (process, port, line.contains("--tls-cert"))
  }

  /// Runs a line that asks: of the address that the page names is the server that runs, and of the page's words what an older curl lacks.
  ///
  /// - Parameter line: As the page has it.
  /// - Returns: What curl printed.
  func ask(_ line: String) throws -> String {
    let wantsTLS = line.contains("https://")
    if running?.hasTLS != wantsTLS {
      try #require(!wantsTLS, "the page asks a server with TLS that it has not started: \(line)")
      try start("accrete serve --admin-listen unix:accrete.sock")
    }
    let port = try #require(running?.port)
    let asked = line.replacing("http://127.0.0.1:8080", with: "http://127.0.0.1:\(port)").replacing(
      "https://localhost:8443", with: "https://localhost:\(port)"
    ).replacing("curl ", with: "curl --fail --silent --show-error --max-time 300 ").replacing(
      " --json ", with: " --header 'content-type: application/json' --data ")
    let outcome = try Accrete.run([], by: asked, in: session.scratch.url)
    try #require(outcome.code == 0, "\(line): \(outcome.testDescription)")
    return outcome.text
  }

  private static func command(_ line: String) -> String {
    var words = line.prefix { $0 != "#" }.replacing(#/(--(?:admin-)?listen \d+\.\d+\.\d+\.\d+):\d+/#) { "\($0.1):0" }
    for option in ["--listen", "--admin-listen"] where !words.contains(" \(option) ") {
      words += " \(option) 127.0.0.1:0"
    }
    let server = words.replacing("accrete serve", with: "exec \"$0\" serve")
    return "\(server) --json --threads 1 --kv-memory 64MiB --drain-delay 0"
  }

  private func stop() {
    guard let process = running?.process else { return }
    running = nil
    // Twice: the second does not wait for who still asks.
    for _ in 0..<2 where process.isRunning {
      process.terminate()
      Thread.sleep(forTimeInterval: 0.01)
    }
    process.waitUntilExit()
  }
}
