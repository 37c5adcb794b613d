import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// Do the commands of the page about serving work as they stand there, one after the other? Its Python is `Scripts/check_clients`' matter,
  /// which needs the clients.
  @Suite struct ServedDocumentTests {
    /// Whether the shell finds a program.
    private static func has(_ program: String) -> Bool {
      (try? Accrete.run([], by: "command -v \(program) > /dev/null"))?.code == 0
    }

    private static let lines: [String] =
      ((try? Document("docs/serving.md").blocks("sh")) ?? []).flatMap { block in
        block.replacing("\\\n", with: " ").split(separator: "\n").map(String.init)
      }

    @Test(.enabled(if: ServedDocumentTests.has("curl") && ServedDocumentTests.has("openssl")))
    func thePageOfServing() throws {
      let session = try DocumentedSession()
      for (name, kinds) in [("spam", DocumentedRows.spam), ("spam-2027", DocumentedRows.laterSpam)] {
        try session.scratch.write(DocumentedRows.lines(kinds), to: "\(name).jsonl")
      }
      // The page names the certificate before it says how one for trying is made.
      for line in Self.lines where line.hasPrefix("openssl ") { try session.shell(line, "docs/serving.md") }
      let server = DocumentedServer(session)
      var (served, asked, other) = (0, 0, 0)
      for line in Self.lines where !line.hasPrefix("openssl ") && !Self.needsAnAdapter(line) {
        if line.hasPrefix("accrete serve") {
          try server.start(line)
          served += 1
        } else if line.hasPrefix("curl ") {
          try check(server.ask(line), line)
          asked += 1
        } else {
          try session.shell(Self.short(line), "docs/serving.md")
          // The few rows of a test need not pass the gates.
          if line.hasPrefix("accrete learn") { try session.shell("accrete promote spam@1 --reason 'as a test'") }
          other += 1
        }
      }
      #expect(served >= 5 && asked >= 8 && other >= 8, "\(served) servers, \(asked) questions, \(other) other lines")
      try theAdminListener(session, server)
    }

    /// What only somebody with an adapter of his own can type.
    private static func needsAnAdapter(_ line: String) -> Bool {
      line.contains(" ADAPTER ") || line.hasPrefix("accrete promote tickets@1")
    }

    /// What makes a training one of a second.
    private static func short(_ line: String) -> String {
      line.replacing("accrete learn", with: "accrete learn --max-epochs 2 --learning-rate 1e-3")
    }

    /// What a line of the page says that comes back.
    private func check(_ answer: String, _ line: String) throws {
      let expected =
        line.contains("\"stream\": true")
        ? "data: [DONE]"
        : line.contains("/classify")
          ? "\"label\":"
          : line.contains("/route") ? "\"nearest\":" : line.contains("/models") ? "\"root\":" : "\"choices\":"
      #expect(answer.contains(expected), "\(line): \(answer.prefix(400))")
    }

    /// The commands that stand in the text about the admin listener.
    private func theAdminListener(_ session: DocumentedSession, _ server: DocumentedServer) throws {
      let codes = try Document("docs/serving.md").codes.filter {
        $0.hasPrefix("curl ") && $0.contains("--unix-socket PATH")
      }
      #expect(codes.count >= 2)
      let models = try JSONSerialization.jsonObject(
        with: Data(server.ask("curl http://127.0.0.1:8080/v1/models/spam").utf8))
      let digest = try #require(((models as? [String: Any])?["accrete"] as? [String: Any])?["digest"] as? String)
      for code in codes {
        let answer = try server.ask(
          code.replacing("PATH", with: "accrete.sock").replacing("sha256:…", with: digest).replacing(
            "http://localhost", with: "'http://localhost") + "'")
        #expect(answer.contains(code.contains("metrics") ? "accrete_http_inflight" : "\"state\""), "\(code): \(answer)")
      }
    }
  }
}
