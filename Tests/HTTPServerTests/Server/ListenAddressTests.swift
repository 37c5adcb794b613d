import Foundation
import HummingbirdTesting
import TestSupport
import Testing

@testable import HTTPServer

/// Is an address refused where nobody can listen, before anything is started?
@Suite struct ListenAddressTests {
  @Test func whereAnotherOneListens() async throws {
    try await FakeServer().publicApplication.test(.live) { client in
      let address = ListenAddress.host("localhost", port: try #require(client.port))
      let error = await #expect(throws: ServerError.self) { try await address.requireFree() }
      #expect(error?.description.hasPrefix("\(address): cannot listen there: Address already in use") == true)
    }
  }

  /// The reason may say already what has the address, and is not said again.
  @Test func theReasonStandsThereOnce() {
    let text = ServerError.cannotListen(address: "unix:a.sock", reason: "another process listens there").description
    #expect(text.components(separatedBy: "process").count == 2, "\(text)")
  }

  /// Where no keys are asked for, whoever opens a socket may do everything: that is its owner.
  @Test func aSocketIsItsOwners() async throws {
    let scratch = try Scratch()
    let server = FakeServer()
    let (listening, continuation) = AsyncStream.makeStream(of: ListenAddress.self)
    let service = ListenerService(
      address: .unixSocket(path: scratch.url("s").path),
      responder: ServerResponder(
        core: server.core, table: .ofPublic(server.core), connections: server.core.connections),
      transport: ServerTransport(limits: server.core.options.limits, connections: server.core.connections, tls: nil),
      logger: server.core.logger
    ) { continuation.yield($0) }
    let running = Task { try await service.run() }
    defer { running.cancel() }
    _ = await listening.first { _ in true }
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch.url("s").path)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    #expect(attributes[.type] as? FileAttributeType == .typeSocket)
  }

  @Test func whereNobodyDoes() async throws {
    try await ListenAddress.host("127.0.0.1", port: 0).requireFree()
    let scratch = try Scratch()
    let socket = ListenAddress.unixSocket(path: scratch.url("s").path)
    // It leaves nothing behind, so that it is free the next time, too.
    for _ in 0..<2 { try await socket.requireFree() }
    #expect(!FileManager.default.fileExists(atPath: scratch.url("s").path))
    let nowhere = ListenAddress.unixSocket(path: scratch.url("no/such/folder").path)
    await #expect(throws: ServerError.self) { try await nowhere.requireFree() }
  }
}
