import Access
import Files
import Foundation
import Serving
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// Is each request answered as it was, byte for byte but for ids and times?
///
/// `openai-node.http` has what that client sends, recorded by `Scripts/check_clients --node-client DIR --record FILE`; `by-hand.http` the
/// rest of the interface. With `ACCRETE_WIRE_PREVIEW=FOLDER` the files are written into that folder with the answers as they are now; what
/// has been looked at and is right is copied to `Resources/wire`.
@Suite struct WireGoldenTests {
  private static let files = ["by-hand", "openai-node"]
  private static let folder = ProcessInfo.processInfo.environment["ACCRETE_WIRE_PREVIEW"]

  @Test(arguments: files) func everyAnswerIsAsItWas(file: String) async throws {
    for golden in try WireGolden.all(of: file) {
      let got = try await answer(to: golden)
      #expect(got.start == golden.answer.start, "\(file), \(golden.name): \(got.body.prefix(400))")
      #expect(got.headers == golden.answer.headers, "\(file), \(golden.name)")
      #expect(got.body == golden.answer.body, "\(file), \(golden.name)")
    }
  }

  /// Sixty pairs are the least, and each has a name of its own.
  @Test func thereAreEnough() throws {
    let files = try Self.files.map { try WireGolden.all(of: $0) }
    for file in files { #expect(Set(file.map(\.name)).count == file.count) }
    let all = files.flatMap(\.self)
    #expect(all.count >= 60)
    let statuses = Set(all.map(\.answer.start))
    #expect(statuses.isSuperset(of: ["200", "400", "401", "404", "405", "415", "500", "503", "504"]), "\(statuses)")
    #expect(all.contains { $0.answer.body.hasSuffix("data: [DONE]\n\n") })
  }

  private func answer(to golden: WireGolden) async throws -> WireGolden.Message {
    let scratch = try Scratch()
    let server = FakeServer(keys: golden.asksForKeys ? try AccessKeys.open(in: scratch.url) : nil)
    let failure = try golden.failure.map(Self.failure)
    server.engine.state.withLock { $0.refusal = failure }
    let (method, path) = try golden.target
    let body = golden.request.body.isEmpty ? nil : golden.request.body
    return WireGolden.Message(try await server.ask(method, path, body, headers: golden.request.fields))
  }

  private static func failure(_ name: String) throws -> EngineFailure {
    switch name {
    case "queue_full": .queueFull(retryAfter: 7)
    case "draining": .draining
    case "deadline_exceeded": .deadlineExceeded
    case "expert_failed": .expertFailed(version: FakeCatalog.notesDigest, reason: "/home/a/blob is damaged")
    case "internal": .failed("a defect")
    default: throw WireGolden.Malformed(description: "no failure of the engine: \(name)")
    }
  }

  @Test(.enabled(if: WireGoldenTests.folder != nil)) func preview() async throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder), isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for file in Self.files {
      var text = ""
      for golden in try WireGolden.all(of: file) { text += golden.text(try await answer(to: golden)) }
      try Data(text.utf8).write(to: folder.appendingPathComponent(file + ".http"))
    }
  }
}
