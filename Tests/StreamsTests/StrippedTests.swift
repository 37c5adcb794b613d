import Testing

@testable import Streams

/// Texts are stripped as Python's `str.strip()` does it, which the reference uses.
@Suite struct StrippedTests {
  @Test func whiteSpaceOfPython() {
    // Python: "".join(c for c in map(chr, range(0x110000)) if c.isspace())
    let spaces: [UInt32] =
      Array(0x09...0x0D) + Array(0x1C...0x20) + [0x85, 0xA0, 0x1680] + Array(0x2000...0x200A)
      + [0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
    let stripped = (UInt32(0)...0x10FFFF).compactMap(Unicode.Scalar.init).filter { String($0).stripped.isEmpty }
    #expect(stripped.map(\.value) == spaces)
  }

  @Test func onlyTheEndsAreStripped() {
    #expect(" \n a \t b\u{3000}".stripped == "a \t b")
    #expect("".stripped == "" && " ".stripped == "")
    // A mark after a space makes one character of both, whose space is still stripped, as in Python.
    #expect(Array(" \u{301}a".stripped.unicodeScalars) == ["\u{301}", "a"])
  }
}
