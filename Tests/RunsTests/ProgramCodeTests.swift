import Files
import Foundation
import TestSupport
import Testing
import Torch

@testable import Records
@testable import Runs

/// Which programs count as the same code?
@Suite struct ProgramCodeTests {
  /// A package of two files and what a build of it left, with its statement made by the script.
  private struct Build {
    let scratch: Scratch

    func url(_ name: String) -> URL { scratch.url(name) }

    init(program: String, source: String = "let a = 1", version: String = "1.2.3") throws {
      scratch = try Scratch()
      try scratch.write(source, to: "Sources/M/M.swift")
      try scratch.write("// a package", to: "Package.swift")
      try scratch.write(
        #"{"pins": [{"identity": "yams", "state": {"revision": "abc", "version": "\#(version)"}}], "version": 3}"#,
        to: "Package.resolved")
      try scratch.write(program, to: "bin/accrete")
      try scratch.write("library of \(program)", to: "bin/libaccrete-torch.so")
      try FileManager.default.createDirectory(at: scratch.url("Scripts"), withIntermediateDirectories: true)
      _ = try scratch.copy(Tiny.package.appendingPathComponent("Scripts/state_sources"), as: "Scripts/state_sources")
      try state(builtFrom: run([]).trimmingCharacters(in: .whitespacesAndNewlines))
    }

    func state(builtFrom: String) throws { _ = try run([url("bin").path, "--built-from", builtFrom]) }

    private func run(_ arguments: [String]) throws -> String {
      let (process, pipe) = (Process(), Pipe())
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["python3", url("Scripts/state_sources").path] + arguments
      process.standardOutput = pipe
      try process.run()
      let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      return text
    }

    func identity(statement: Build? = nil) throws -> ProgramCode.Identity {
      try ProgramCode.identity(
        of: url("bin/accrete"), library: url("bin/libaccrete-torch.so"),
        statement: (statement ?? self).url("bin/accrete-sources.json"))
    }
  }

  private func reason(_ identity: ProgramCode.Identity) -> String {
    if case .file(let reason) = identity.basis { reason } else { "" }
  }

  @Test func aRebuildOfTheSameSourcesIsTheSameCode() throws {
    let (one, again) = (try Build(program: "one"), try Build(program: "another build"))
    let (first, second) = (try one.identity(), try again.identity())
    #expect(first.digest == second.digest)
    guard case .sources(let stated) = first.basis else {
      Issue.record("\(first)")
      return
    }
    #expect(stated.compiler.contains("Swift version") && stated.configuration == "release" && stated.commit == nil)
    #expect(try first.digest != Digest(ofFile: one.url("bin/accrete")))
    // Other sources, other dependencies.
    #expect(try Build(program: "one", source: "let a = 2").identity().digest != first.digest)
    #expect(try Build(program: "one", version: "1.2.4").identity().digest != first.digest)
  }

  @Test func statementsOfSomethingElseAreNotBelieved() throws {
    let (one, other) = (try Build(program: "one"), try Build(program: "other", source: "let a = 2"))
    let own = try Digest(ofFile: one.url("bin/accrete"))
    // Another program's statement.
    var found = try one.identity(statement: other)
    #expect(found.digest == own && reason(found).contains("is of another program"), "\(found)")
    // Its program was built again and nothing was stated.
    try Data("built by hand".utf8).write(to: other.url("bin/accrete"))
    found = try other.identity()
    #expect(try found.digest == Digest(ofFile: other.url("bin/accrete")) && !reason(found).isEmpty)
    // Another library.
    let library = one.url("bin/libaccrete-torch.so")
    let bytes = try Data(contentsOf: library)
    try Data("another".utf8).write(to: library)
    found = try one.identity()
    #expect(found.digest == own && reason(found).contains("is of another libaccrete-torch.so"), "\(found)")
    try bytes.write(to: library)
    #expect(try one.identity().digest != own)
    // No library, no statement, no JSON.
    let statement = one.url("bin/accrete-sources.json")
    found = try ProgramCode.identity(of: one.url("bin/accrete"), library: nil, statement: statement)
    #expect(found.digest == own && reason(found).contains("is not loaded"))
    try Data("{\"program\"".utf8).write(to: statement)
    found = try one.identity()
    #expect(found.digest == own && reason(found).contains("accrete-sources.json"))
    try FileManager.default.removeItem(at: statement)
    found = try one.identity()
    #expect(found.digest == own && reason(found).contains("is missing"))
  }

  /// When sources change during a build, nobody knows what was built.
  @Test func changedDuringTheBuild() throws {
    let build = try Build(program: "one")
    let statement = build.url("bin/accrete-sources.json")
    try #require(FileManager.default.fileExists(atPath: statement.path))
    try build.state(builtFrom: "sha256:" + String(repeating: "0", count: 64))
    #expect(!FileManager.default.fileExists(atPath: statement.path))
  }

  @Test func theLoadedLibraryIsFound() {
    _ = TorchRuntime.version
    #expect(TorchRuntime.library?.lastPathComponent == SourcesStatement.libraryName)
  }
}
