import Access
import Foundation
import TestSupport
import Testing

@testable import HTTPServer

/// Can keys be made and revoked on the page, and is a key's text shown once?
@Suite struct PageKeysTests {
  @Test func aKeyIsMadeAndRevoked() async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    let admin = try keys.create(AccessKeyRequest("ops", scopes: [.admin]))
    try await PageVisitorClient.visit(FakeServer(keys: keys), key: admin.key) { browser async throws in
      let made = try await browser.post("/keys", "name=lin&scope-review.work=1&scope-review.lead=1&days=30")
      let text = try #require(made.body.firstMatch(of: #/ak_[A-Za-z0-9_-]+/#).map { String($0.0) })
      let grant = try keys.verify(text)
      #expect(made.status == 200 && grant.name == "lin" && grant.scopes == [.reviewWork, .reviewLead])
      let list = try await browser.get("/keys")
      #expect(!list.body.contains(text) && list.body.contains("lin") && list.body.contains(grant.id))
      let unconfirmed = try await browser.post("/keys/revoke", "id=\(grant.id)&confirm=lin")
      #expect(unconfirmed.header("location") == "/keys?notice=not-confirmed")
      #expect(try keys.verify(text).id == grant.id)
      let revoked = try await browser.post("/keys/revoke", "id=\(grant.id)&confirm=\(grant.id)")
      #expect(revoked.header("location") == "/keys?notice=revoked")
      #expect(throws: AccessRefusal.self) { try keys.verify(text) }
      let unknown = try await browser.post("/keys/revoke", "id=nobody&confirm=nobody")
      #expect(unknown.header("location") == "/keys?notice=not-there")
    }
  }

  @Test(arguments: [
    "name=a&days=30", "name=&scope-infer=1&days=30", "name=a&scope-infer=1&days=0", "name=a&scope-infer=1&days=x",
  ])
  func keysThatCannotBe(fields: String) async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    let admin = try keys.create(AccessKeyRequest("ops", scopes: [.admin]))
    try await PageVisitorClient.visit(FakeServer(keys: keys), key: admin.key) { browser async throws in
      let answer = try await browser.post("/keys", fields)
      #expect(answer.status == 400, "\(fields): \(answer.status)")
      #expect(try keys.list().count == 1)
    }
  }

  /// A server that asks for no keys has none to show, nor a registry that it was not given.
  @Test(arguments: ["/keys", "/experts", "/experts/spam", "/experts/spam/1", "/releases", "/audit"])
  func whatIsNotThere(path: String) async throws {
    try await PageVisitorClient.visit(FakeServer()) { browser async throws in
      let (answer, front) = (try await browser.get(path), try await browser.get("/"))
      #expect(answer.status == 404 && !front.body.contains("href=\"\(path)\""))
    }
  }
}
