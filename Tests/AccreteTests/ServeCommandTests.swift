import ArgumentParser
import Files
import Foundation
import TestSupport
import Testing

@testable import accrete

/// Does `accrete serve` find the server beside itself, and hand on every word?
@Suite struct ServeCommandTests {
  @Test func everyWordIsTheServers() throws {
    let words = ["--listen", "127.0.0.1:0", "--keys", "--what", "-x", "--", "2"]
    let command = try AccreteCommand.parseAsRoot(["serve"] + words)
    #expect((command as? ServeCommand)?.options == words)
  }

  @Test func theServerLiesBesideTheProgramThatALinkLeadsTo() throws {
    let scratch = try Scratch()
    let program = try scratch.write("", to: "lib/accrete")
    #expect(throws: ServerProgramError.missing(path: scratch.url("lib/accrete-server").path)) {
      try ServerProgram.beside(program)
    }
    let server = try scratch.write("#!/bin/sh\n", to: "lib/accrete-server")
    // Not a program yet.
    #expect(throws: ServerProgramError.self) { try ServerProgram.beside(program) }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: server.path)
    #expect(try ServerProgram.beside(program).path == server.path)
    try scratch.link("bin", to: "lib")
    #expect(try ServerProgram.beside(scratch.url("bin/accrete")).path == server.path)
  }

  /// It is here still: the system did not run it.
  @Test func whatIsNoProgramSaysSo() {
    let error = ServerProgram.become(URL(fileURLWithPath: "/nonexistent/accrete-server"), ["--json"])
    guard case .notStarted(_, let reason) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(!reason.isEmpty && error.category.exitCode == 69 && "\(error)".contains("make build"))
  }
}
