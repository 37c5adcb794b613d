import Foundation
import Testing

@testable import Registry

/// Does an alias name what the last one who saw it set?
@Suite struct AliasTests {
  @Test func setsMovesAndRemoves() throws {
    let sample = try Sample()
    try sample.version("spam")
    try sample.version("spam", "2")
    func set(_ number: Int, _ expecting: Int?) throws -> AliasRecord {
      try sample.registry.setAlias("stable", of: "spam", to: number, expecting: expecting, reason: "x", actor: "ada")
    }
    #expect(try set(1, nil) == AliasRecord(name: "spam", alias: "stable", number: 1, revision: 1))
    #expect(try sample.registry.version(VersionReference("spam", .alias("stable"))).number == 1)
    expectRefusal("expected revision none", "found 1") { _ = try set(2, nil) }
    #expect(try set(2, 1).revision == 2)
    expectRefusal("expected revision 1", "found 2") { _ = try set(1, 1) }
    try sample.registry.removeAlias("stable", of: "spam", expecting: 2, reason: nil, actor: "ada")
    #expect(try sample.registry.aliases(of: "spam").isEmpty)
    expectRefusal("no such alias") { _ = try sample.registry.version(VersionReference("spam", .alias("stable"))) }
    // Whoever saw it before it was removed does not set it again.
    expectRefusal("expected revision 1") { _ = try set(1, 1) }
    #expect(try set(1, 3).revision == 4)
    try sample.expectWhole()
  }

  @Test func refuses() throws {
    let sample = try Sample()
    try sample.version("spam")
    func set(_ alias: String, _ number: Int = 1) throws {
      try sample.registry.setAlias(alias, of: "spam", to: number, expecting: nil, reason: nil, actor: "ada")
    }
    expectRefusal("follows the release") { try set("production") }
    expectRefusal("follows the release") { try set("Production") }
    // An alias is an argument, not an option.
    expectRefusal("alias \"a b\"", "not starting with \".\", such as a-b.") { try set("a b") }
    expectRefusal("spam@9") { try set("x", 9) }
    expectRefusal("task span") {
      try sample.registry.setAlias("x", of: "span", to: 1, expecting: nil, reason: nil, actor: "ada")
    }
  }
}
