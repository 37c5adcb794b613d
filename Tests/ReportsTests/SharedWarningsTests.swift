import Testing

@testable import Reports

/// What several runs warn of is said once, in the order in which it first came up.
@Suite struct SharedWarningsTests {
  @Test func sameTextOnce() {
    let texts = SharedWarnings.texts([
      (run: "a", text: "toy base"), (run: "a", text: "nothing learned"), (run: "b", text: "toy base"),
      (run: "c", text: "toy base"),
    ])
    #expect(texts == ["a and 2 more: toy base", "a: nothing learned"])
    // Texts that look alike are two, as everywhere.
    #expect(SharedWarnings.texts([(run: "a", text: "\u{E9}"), (run: "b", text: "e\u{301}")]).count == 2)
    #expect(SharedWarnings.texts([]).isEmpty)
  }
}
