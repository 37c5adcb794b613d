import Access
import Console
import Files
import Foundation
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// Does a vote reach the queue from a form, from the script, and from nobody else?
@Suite struct PageReviewTests {
  private let reviews = FakeReviews()

  private func visit(_ body: @escaping @Sendable (PageVisitorClient) async throws -> Void) async throws {
    try await PageVisitorClient.visit(FakeServer(reviews: reviews), body)
  }

  private func taken(_ browser: PageVisitorClient) async throws -> String {
    let answer = try await browser.get("/review")
    #expect(answer.status == 303)
    return try #require(answer.header("location"))
  }

  @Test func withoutAScript() async throws {
    try await visit { [reviews] browser in
      let path = try await taken(browser)
      #expect(path.hasPrefix("/review/item/item%2F"))
      // Whoever reloads sees the same item.
      for _ in 0..<2 {
        let page = try await browser.get(path)
        #expect(page.status == 200 && page.body.contains("text of item/") && page.body.contains("action=\"\(path)\""))
      }
      // As a browser sends a value that the page has spelled with `%`.
      let answer = try await browser.post(
        path, "label=%25F0%259F%2591%25A9%25E2%2580%258D%25F0%259F%2592%25BB&suggested=0")
      #expect(answer.status == 303 && answer.header("location") == "/review?notice=labelled")
      let votes = reviews.state.withLock { $0.votes }
      #expect(votes.map(\.vote.kind) == [.label("👩\u{200D}💻")] && votes.map(\.person) == ["local"])
      #expect(votes.first?.vote.milliseconds == nil && votes.first?.vote.sawSuggestion == false)
      let undone = try await browser.post("/review/undo", "")
      #expect(undone.status == 303 && undone.header("location") == "\(path)?notice=undone")
      let skipped = try await browser.post(path, "act=skip&reason=language&guideline=4")
      #expect(skipped.status == 303)
      let vote = reviews.state.withLock { $0.votes.last?.vote }
      #expect(vote?.kind == .skip(reason: "language") && vote?.guideline == 4)
    }
  }

  @Test func fromTheScript() async throws {
    try await visit { [reviews] browser in
      let path = try await taken(browser)
      let answer = try await browser.post(path, "label=a%2526b&milliseconds=412&suggested=1", isScript: true)
      let told = try answer.json()
      #expect(answer.status == 200 && told["notice"]?.string == "labelled" && told["good"] == .boolean(true))
      #expect(told["today"] == .integer(1) && told["undoable"] == .integer(1) && told["item"] == .null)
      let vote = reviews.state.withLock { $0.votes.last?.vote }
      #expect(vote?.kind == .label("a&b") && vote?.milliseconds == 412 && vote?.sawSuggestion == true)
      let undone = try await browser.post("/review/undo", "", isScript: true).json()
      #expect(undone["item"]?.string == path && undone["text"]?.string == PageNotice.undone.text)
      let lease = try await browser.post("\(path)/lease", "", isScript: true)
      #expect(try lease.json()["seconds"] == .integer(300))
      // Sent again after the answer was lost: said, and not counted twice.
      _ = try await browser.post(path, "label=a", isScript: true)
      let again = try await browser.post(path, "label=a", isScript: true)
      #expect(try again.status == 200 && again.json()["good"] == .boolean(false))
      #expect(reviews.state.withLock { $0.votes.count } == 1)
      #expect(try await browser.post("\(path)/lease", "", isScript: true).status == 412)
    }
  }

  /// P6: each window takes an item of its own.
  @Test func twoWindowsHaveTwoItems() async throws {
    try await visit { browser async throws in
      var seen: [String] = []
      for _ in 0..<5 { seen.append(try await taken(browser)) }
      #expect(Set(seen).count == 5)
    }
  }

  @Test(arguments: [
    "", "act=skip", "act=flag&reason=%20", "act=label", "label=", "label=%25ZZ", "act=adjudicate&reason=x",
  ])
  func formsThatSayNothing(fields: String) async throws {
    try await visit { [reviews] browser in
      let path = try await taken(browser)
      let answer = try await browser.post(path, fields, isScript: true)
      #expect(try answer.status == 400 && answer.code() == "invalid_value", "\(fields)")
      #expect(reviews.state.withLock { $0.votes.isEmpty })
    }
  }

  @Test func formsOfOtherPages() async throws {
    try await visit { [reviews] browser in
      let path = try await taken(browser)
      for token in ["", "00", String(repeating: "ab", count: 32)] {
        #expect(try await browser.post(path, "label=a", csrf: token).status == 403)
      }
      #expect(reviews.state.withLock { $0.votes.isEmpty })
    }
  }

  /// An item whose lease is over, or that somebody else has.
  @Test func itemsOfOthers() async throws {
    try await visit { [reviews] browser in
      let path = try await taken(browser)
      reviews.state.withLock { $0.leases = [:] }
      #expect(try await browser.get(path).header("location") == "/review?notice=lease-over")
      #expect(try await browser.get("/review/item/%2E%2E").header("location") == "/review?notice=lease-over")
      let answer = try await browser.post(path, "label=a")
      #expect(answer.header("location") == "/review?notice=lease-over")
    }
  }

  @Test func whereNothingWaits() async throws {
    reviews.state.withLock { $0.isEmpty = true }
    try await visit { browser async throws in
      let answer = try await browser.get("/review")
      #expect(answer.status == 200 && answer.body.contains("Nothing to review"))
    }
  }

  /// A server without reviews says so, and has no link to them.
  @Test func whereNothingIsReviewed() async throws {
    try await PageVisitorClient.visit(FakeServer()) { browser async throws in
      #expect(try await browser.get("/review").status == 404)
      #expect(try await !browser.get("/").body.contains("href=\"/review\""))
    }
  }

  /// Whoever reviews sees what reviewers work on, and nothing of the server.
  @Test func whatAKeyAllows() async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    let reviewer = try keys.create(AccessKeyRequest("lin", scopes: [.reviewWork]))
    let reader = try keys.create(AccessKeyRequest("grace", scopes: [.registryRead]))
    let asker = try keys.create(AccessKeyRequest("gateway", scopes: [.infer, .reviewSubmit]))
    let server = FakeServer(keys: keys, reviews: reviews)
    try await PageVisitorClient.visit(server, key: reviewer.key) { browser async throws in
      #expect(try await browser.get("/").header("location") == "/review")
      #expect(try await browser.get("/review").status == 303)
      for path in ["/serving", "/audit", "/experts", "/keys"] {
        #expect(try await browser.get(path).status == 403, "\(path)")
      }
      #expect(try await browser.get("/serving/live").status == 401)
      for path in ["/serving/pin", "/serving/unload", "/serving/try", "/keys", "/keys/revoke", "/releases/rollback"] {
        #expect(try await browser.post(path, "digest=x").status == 403, "\(path)")
      }
    }
    try await PageVisitorClient.visit(server, key: reader.key) { browser async throws in
      #expect(try await browser.get("/review").status == 403)
      #expect(try await browser.post("/review/item/x", "label=a").status == 403)
    }
    let refused = try await server.ask(
      .post, "/login", "key=\(asker.key)", headers: [.contentType: "application/x-www-form-urlencoded"], isAdmin: true)
    #expect(refused.status == 401 && refused.header("set-cookie") == nil)
    #expect(reviews.state.withLock { $0.votes.isEmpty })
  }
}
