import AuditedDatabase
import Files
import Foundation
import Registry
import Testing

/// What does a name that somebody wrote mean?
@Suite struct ReferenceTests {
  @Test(arguments: [
    ("spam", VersionReference("spam")), ("spam@2", VersionReference("spam", .number(2))),
    ("a.b_c-d:stable", VersionReference("a.b_c-d", .alias("stable"))),
  ]) func reads(text: String, expected: VersionReference) throws {
    let reference = try VersionReference(parsing: text)
    #expect(reference == expected)
    #expect("\(reference)" == text)
    let data = try JSONEncoder().encode([reference])
    #expect(try JSONDecoder().decode([VersionReference].self, from: data) == [reference])
  }

  @Test(arguments: [
    "", "@1", ":x", "spam@", "spam@0", "spam@-1", "spam@+1", "spam@1.5", "spam@99999999999999999999", "spam:",
    "spam:a b", "sp am", "é",
    "e\u{301}", "spam@1:x", ".spam", "../spam", "spam:..", "spam@٣", "spam\u{0}",
  ]) func refuses(text: String) {
    expectRefusal("Expected NAME, NAME@NUMBER or NAME:ALIAS") { _ = try VersionReference(parsing: text) }
  }
}

/// Has a value one form, whatever writes it?
@Suite struct CanonicalJSONTests {
  @Test func writesByHand() throws {
    let value = JSONTree.object([
      "b": .list([.number(1), .number(0.1), .number(1e300), .null, .boolean(true)]), "a": .text("é\"\\\n\u{1}/"),
      "B": .object([:]),
    ])
    let expected = #"{"B":{},"a":"é\"\\\u000a\u0001/","b":[1,0.1,1e+300,null,true]}"#
    #expect(String(decoding: try CanonicalJSON.encode(value), as: UTF8.self) == expected)
  }

  /// Texts that look alike stay two: no form of Unicode is taken for another.
  @Test func keepsCodePoints() throws {
    #expect(try CanonicalJSON.encode("\u{E9}") != CanonicalJSON.encode("e\u{301}"))
  }

  @Test func refusesWhatJSONDoesNotHave() {
    #expect(throws: (any Error).self) { try CanonicalJSON.encode([Double.nan]) }
  }
}
