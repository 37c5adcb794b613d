import Testing

@testable import Files

/// Does a message about a wrong name begin with the right one?
@Suite struct ClosestNameTests {
  @Test(arguments: [
    ("learningrate", "learning-rate", 1), ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("flaw", "lawn", 2),
    ("e\u{301}", "\u{E9}", 2), ("hma", "ham", 1), ("spma!", "spam", 2),
  ])
  func edits(one: String, other: String, count: Int) {
    #expect(one.edits(from: other) == count && other.edits(from: one) == count)
  }

  @Test func theNameThatWasMeantComesFirst() {
    let names = (0..<40).map { "option-\($0)" } + ["learning-rate"]
    #expect(names.listed(closestTo: "learningrate").hasPrefix("learning-rate, option-0, "))
    #expect(names.listed(closestTo: "learningrate").hasSuffix("… and 31 more"))
    #expect(names.listed(closestTo: "something else") == names.listed)
    #expect(names.listed(closestTo: String(repeating: "x", count: 1 << 20)) == names.listed)
    #expect([String]().listed(closestTo: "x").isEmpty)
  }
}
