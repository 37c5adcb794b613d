import Foundation
import Testing

@testable import Access

/// Does a key reach the models that its patterns say, and no other?
@Suite struct ModelPatternTests {
  @Test(
    arguments: [
      ("*", ["spam", "spam@2", "base", "auto", ""], []),
      ("spam", ["spam"], ["spam@2", "spam2", "Spam", "spa", "spam:stable", ""]),
      ("spam@2", ["spam@2"], ["spam@20", "spam", "spam@1"]),
      ("spam@*", ["spam@2", "spam@"], ["spam", "spam:stable", "spam2@2", "xspam@2"]),
      ("team-*", ["team-a", "team-a@3", "team-a:stable", "team-"], ["team", "Team-a", "a-team-a"]),
      ("org/base-1.5", ["org/base-1.5"], ["org/base-1x5"]),
    ] as [(String, [String], [String])]) func matches(text: String, these: [String], others: [String]) throws
  {
    let pattern = try #require(ModelPattern(text))
    for name in these { #expect(pattern.matches(name), "\(name)") }
    for name in others { #expect(!pattern.matches(name), "\(name)") }
  }

  /// Letters that look alike are not.
  @Test func byCodePoints() throws {
    let pattern = try #require(ModelPattern("cafe"))
    #expect(!pattern.matches("cafe\u{301}") && !pattern.matches("с\u{61}fe"))
    #expect(try !#require(ModelPattern("cafe*")).matches("caf\u{e9}"))
  }

  @Test(arguments: [
    "", "**", "*a", "a*b", "a b", "a,b", "é", "a\u{0}", "a\n", "a?", "[a]", String(repeating: "a", count: 201),
  ])
  func whatIsNoPattern(text: String) { #expect(ModelPattern(text) == nil) }

  @Test func theLongest() { #expect(ModelPattern(String(repeating: "a", count: 200)) != nil) }

  /// `spam` gives the released version by whatever name, `spam@*` every version.
  @Test func versions() {
    let (released, other) = (["spam", "spam@7", "spam:stable"], ["spam@6"])
    #expect(grant(models: ["spam"]).allows(model: released) && !grant(models: ["spam"]).allows(model: other))
    #expect(grant(models: ["spam@*"]).allows(model: released) && grant(models: ["spam@*"]).allows(model: other))
    #expect(!grant(models: ["spam"]).allows(model: ["auto"]) && grant(models: ["x", "auto"]).allows(model: ["auto"]))
    #expect(!grant(models: []).allows(model: released) && !grant().allows(model: []))
    let error = #expect(throws: AccessRefusal.self) { try grant(models: ["x"]).require(model: released) }
    #expect(error == .modelNotAllowed("spam") && error?.status == 403 && error?.code == "model_not_allowed")
  }

  @Test func scopes() throws {
    #expect(
      AccessScope.allCases.map(\.rawValue) == [
        "infer", "review.submit", "review.work", "review.lead", "registry.read", "registry.write", "loop.operate",
        "admin",
      ])
    for scope in AccessScope.allCases {
      #expect(grant(scopes: [.admin]).allows(scope) && AccessGrant.unrestricted.allows(scope))
      for other in AccessScope.allCases where other != .admin {
        #expect(grant(scopes: [other]).allows(scope) == (other == scope), "\(other), \(scope)")
      }
    }
    try grant().require(.infer)
    let error = #expect(throws: AccessRefusal.self) { try grant().require(.registryRead) }
    #expect(error?.status == 403 && error?.code == "scope_missing" && error?.type == "permission_error")
    #expect(AccessGrant.unrestricted.allows(model: ["anything"]))
  }
}
