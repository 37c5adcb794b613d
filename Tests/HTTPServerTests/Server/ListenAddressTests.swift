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
