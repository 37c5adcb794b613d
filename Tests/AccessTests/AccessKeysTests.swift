import Files
import Foundation
import TestSupport
import Testing

@testable import Access

/// Does a key let in whom it was made for, as long as it was made for?
@Suite struct AccessKeysTests {
  @Test func aKeyIsMadeAndVerified() throws {
    let sample = try KeySample()
    let limits = AccessLimits(requestsPerMinute: 60, tokensPerMinute: 1000, concurrency: 2)
    let expires = sample.clocks.date().addingTimeInterval(3600.75)
    let made = try sample.keys.create(
      AccessKeyRequest(
        "ci", scopes: [.reviewWork, .infer, .infer], models: ["spam@*", "team-*"], limits: limits, expires: expires))
    #expect(made.key.hasPrefix("ak_\(made.record.id)_"))
    let grant = try sample.keys.verify(made.key)
    #expect(grant.id == made.record.id && grant.name == "ci" && grant.scopes == [.infer, .reviewWork])
    #expect(grant.models.map(\.text) == ["spam@*", "team-*"] && grant.limits == limits)
    // What was made is what is stored, to the second.
    #expect(try sample.opened(.reading).list().map(\.id) == [made.record.id])
    let stored = try #require(try sample.keys.list().first)
    #expect(stored.expires == sample.clocks.date().addingTimeInterval(3600) && stored.created == sample.clocks.date())
    #expect(stored.scopes == [.infer, .reviewWork] && stored.revoked == nil)
    #expect(made.record.lastUsed == nil && stored.limits == made.record.limits)
  }

  @Test func whoIsNotLetIn() throws {
    let sample = try KeySample()
    let (one, other) = (
      try sample.keys.create(AccessKeyRequest("one")), try sample.keys.create(AccessKeyRequest("two"))
    )
    let unknown = "ak_000000000000_" + String(repeating: "A", count: 43)
    // The secret of another key, one that is off by its last character, none.
    let crossed = "ak_\(one.record.id)_\(other.key.suffix(43))"
    let off = String(one.key.dropLast()) + (one.key.hasSuffix("A") ? "B" : "A")
    for text in [unknown, crossed, off, "", one.record.id, "Bearer " + one.key, one.key + " "] {
      let error = #expect(throws: AccessRefusal.self) { try sample.keys.verify(text) }
      #expect(error == .invalidKey && error?.status == 401 && error?.code == "invalid_api_key", "\(text)")
    }
    #expect(try sample.keys.verify(one.key).name == "one")
  }

  @Test func aKeyEnds() throws {
    let sample = try KeySample()
    let end = sample.clocks.date().addingTimeInterval(60)
    let made = try sample.keys.create(AccessKeyRequest("short", expires: end))
    sample.clocks.pass(59)
    #expect(try sample.keys.verify(made.key).name == "short")
    sample.clocks.pass(1)
    let error = #expect(throws: AccessRefusal.self) { try sample.keys.verify(made.key) }
    #expect(error == .expired(end) && error?.status == 401 && error?.code == "expired_api_key")
    #expect(try sample.keys.list().first?.isUsable(at: sample.clocks.date()) == false)
    // Whoever has only the id learns nothing of it.
    let guess = String(made.key.dropLast(43)) + String(repeating: "A", count: 43)
    #expect(throws: AccessRefusal.invalidKey) { try sample.keys.verify(guess) }
  }

  @Test func aKeyIsRevoked() throws {
    let sample = try KeySample()
    let made = try (1...3).map { try sample.keys.create(AccessKeyRequest("key-\($0)")) }
    sample.clocks.pass(10)
    // By name, by id, and by itself.
    let revoked = try sample.keys.revoke("key-1")
    #expect(revoked.id == made[0].record.id && revoked.revoked == sample.clocks.date())
    #expect(try sample.keys.revoke(made[1].record.id).name == "key-2")
    #expect(try sample.keys.revoke(made[2].key).name == "key-3")
    for key in made { #expect(throws: AccessRefusal.invalidKey) { try sample.keys.verify(key.key) } }
    // A second time nothing changes, and by name there is none any more.
    sample.clocks.pass(10)
    #expect(try sample.keys.revoke(made[0].record.id) == revoked)
    expectRefusal("\"key-1\"", "no key is in use") { try sample.keys.revoke("key-1") }
    #expect(try sample.keys.list().allSatisfy { !$0.isUsable(at: sample.clocks.date()) })
  }

  /// A name is free again once its key is revoked: keys are exchanged so.
  @Test func names() throws {
    let sample = try KeySample()
    let first = try sample.keys.create(AccessKeyRequest("ci"))
    expectRefusal("ci", first.record.id, "accrete keys revoke") { _ = try sample.keys.create(AccessKeyRequest("ci")) }
    try sample.keys.revoke("ci")
    let second = try sample.keys.create(AccessKeyRequest("ci"))
    #expect(try sample.keys.verify(second.key).id == second.record.id && second.record.id != first.record.id)
    #expect(try sample.keys.list().count == 2)
    // By name it is the one in use.
    #expect(try sample.keys.revoke("ci").id == second.record.id)
  }

  @Test func anUnknownKeyIsNotPrinted() throws {
    let sample = try KeySample()
    _ = try sample.keys.create(AccessKeyRequest("spam"))
    expectRefusal("\"spamm\"", "there are spam") { try sample.keys.revoke("spamm") }
    let key = "ak_000000000000_" + String(repeating: "Q", count: 43)
    let error = #expect(throws: AccessError.self) { try sample.keys.revoke(key) }
    #expect(error.map { "\($0)".contains("[redacted]") && !"\($0)".contains("QQQ") } == true)
    #expect(error?.category == .notFound)
  }

  private static let refused: [(AccessKeyRequest, String)] = [
    (AccessKeyRequest(""), "name of a key"), (AccessKeyRequest("a b"), "such as a-b"),
    (AccessKeyRequest("-a"), "letter or digit"),
    (AccessKeyRequest("_a"), "letter or digit"), (AccessKeyRequest(".a"), "name of a key"),
    (AccessKeyRequest("é"), "name of a key"), (AccessKeyRequest(String(repeating: "a", count: 65)), "1 to 64"),
    (AccessKeyRequest("0123456789ab"), "id of one"),
    (AccessKeyRequest("ak_0123456789ab_" + String(repeating: "A", count: 43)), "neither like a key"),
    (AccessKeyRequest("x", scopes: []), "scopes of a key"), (AccessKeyRequest("x", models: []), "0 patterns"),
    (AccessKeyRequest("x", models: ["spam", "a b"]), "\"a b\""), (AccessKeyRequest("x", models: ["*x"]), "team-*"),
    (AccessKeyRequest("x", models: Array(repeating: "a", count: 101)), "101 patterns"),
    (AccessKeyRequest("x", limits: AccessLimits(requestsPerMinute: 0)), "rpm: got \"0\""),
    (AccessKeyRequest("x", limits: AccessLimits(tokensPerMinute: -1)), "tpm: got \"-1\""),
    (AccessKeyRequest("x", limits: AccessLimits(concurrency: .max)), "concurrency"),
    (AccessKeyRequest("x", expires: Date(timeIntervalSince1970: 1_800_000_000)), "expiry"),
    (AccessKeyRequest("x", expires: Date(timeIntervalSince1970: 1e300)), "expiry"),
    (AccessKeyRequest("x", expires: Date(timeIntervalSince1970: .nan)), "expiry"),
    (AccessKeyRequest("x", expires: .distantPast), "expiry"),
  ]

  @Test func whatCannotBeMade() throws {
    let sample = try KeySample()
    for (request, words) in Self.refused {
      expectRefusal(words) { _ = try sample.keys.create(request) }
    }
    #expect(try sample.keys.list().isEmpty)
    // What is just allowed.
    _ = try sample.keys.create(
      AccessKeyRequest(
        String(repeating: "a", count: 64), models: Array(repeating: "a", count: 100),
        limits: AccessLimits(requestsPerMinute: 1_000_000_000, tokensPerMinute: 1, concurrency: 1),
        expires: sample.clocks.date().addingTimeInterval(1)))
  }

  /// Nothing of a key is on the disk, and what is there is its owner's alone.
  @Test func whatTheDiskHas() throws {
    let sample = try KeySample()
    let made = try sample.keys.create(AccessKeyRequest("ci"))
    _ = try sample.keys.verify(made.key)
    let secret = Data(made.key.suffix(43).utf8)
    let files = try tree(sample.scratch.url)
    #expect(files.keys.contains("access.sqlite") && !files.keys.contains { $0.hasSuffix(".partial") }, "\(files.keys)")
    for (name, content) in files {
      #expect(content.range(of: secret) == nil, "\(name)")
      var status = stat()
      #expect(stat(sample.scratch.url(name).path, &status) == 0 && status.st_mode & 0o777 == 0o600, "\(name)")
    }
  }

  /// A copy that anybody may read becomes its owner's again.
  @Test func rightsAreTakenBack() throws {
    let (sample, key) = try KeySample.closed()
    chmod(sample.file.path, 0o644)
    #expect(try sample.opened(.reading).verify(key).name == "ci")
    _ = try sample.opened()
    var status = stat()
    #expect(stat(sample.file.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func readersChangeNothing() throws {
    let scratch = try Scratch()
    expectRefusal("there are no keys yet", "accrete keys create") {
      _ = try AccessKeys.open(in: scratch.url, mode: .reading)
    }
    #expect(!AccessKeys.exists(in: scratch.url) && (try tree(scratch.url).isEmpty))
    let (sample, key) = try KeySample.closed()
    let reader = try sample.opened(.reading)
    #expect(try reader.verify(key).name == "ci")
    expectRefusal("opened for reading") { _ = try reader.create(AccessKeyRequest("x")) }
    expectRefusal("opened for reading") { try reader.revoke("ci") }
    try reader.close()
    #expect(try sample.opened(.reading).list().first?.lastUsed == nil)
  }

  @Test func closedKeysLetNobodyIn() throws {
    let sample = try KeySample()
    let made = try sample.keys.create(AccessKeyRequest("ci"))
    _ = try sample.keys.verify(made.key)
    try sample.keys.close()
    try sample.keys.close()
    expectRefusal("the keys were closed") { _ = try sample.keys.verify(made.key) }
    expectRefusal("the keys were closed") { _ = try sample.keys.list() }
    expectRefusal("the keys were closed") { _ = try sample.keys.create(AccessKeyRequest("x")) }
    #expect(try sample.opened().verify(made.key).name == "ci")
  }

  @Test func asJSON() throws {
    let sample = try KeySample()
    let made = try sample.keys.create(
      AccessKeyRequest("ci", models: ["spam@*"], limits: AccessLimits(requestsPerMinute: 3)))
    let object = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(made)) as? [String: Any])
    #expect(object["key"] as? String == made.key && object["name"] as? String == "ci")
    #expect(object["scopes"] as? [String] == ["infer"] && object["models"] as? [String] == ["spam@*"])
    #expect(object["limits"] as? [String: Int] == ["rpm": 3])
    let record = try JSONEncoder().encode(made.record)
    #expect(record.range(of: Data(made.key.suffix(43).utf8)) == nil)
    #expect(try JSONDecoder().decode(AccessKeyRecord.self, from: record) == made.record)
  }
}
