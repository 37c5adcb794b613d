import Files

extension IntakeItem {
  /// The most bytes of UTF-8 that an id, a source, or a name or value of `meta` has.
  static let longestName = 256
  /// The most entries of `meta`.
  static let mostMeta = 16

  /// Checks what a sender wrote, before anything of it is stored.
  ///
  /// SQLite reads a text up to its first U+0000: what stands behind it would be covered by a digest and not be there.
  ///
  /// - Throws: ``ReviewError/invalid(what:got:expected:)``.
  func check() throws {
    try Self.name(id, "id")
    // Browsers take these out of an address.
    guard !["..", "."].contains(where: { id.hasSameCodePoints(as: $0) }) else {
      throw ReviewError.invalid(what: "id", got: id, expected: "any other id")
    }
    if let task { try Self.name(task, "task") }
    if let source { try Self.name(source, "source") }
    guard text.utf8.count <= ReviewDesk.longestText else {
      throw ReviewError.invalid(
        what: "text", got: "\(text.utf8.count) bytes", expected: "at most \(ReviewDesk.longestText) bytes")
    }
    guard !text.utf8.contains(0) else {
      throw ReviewError.invalid(what: "text", got: "U+0000 in it", expected: "a text without it")
    }
    guard meta.count <= Self.mostMeta else {
      throw ReviewError.invalid(what: "meta", got: "\(meta.count) entries", expected: "at most \(Self.mostMeta)")
    }
    for (name, value) in meta {
      try Self.name(name, "a name of meta")
      guard value.utf8.count <= Self.longestName, !value.utf8.contains(0) else {
        throw ReviewError.invalid(
          what: "meta, \(name.printable)", got: "\(value.utf8.count) bytes",
          expected: "at most \(Self.longestName) bytes without U+0000")
      }
    }
  }

  private static func name(_ text: String, _ what: String) throws {
    guard (1...longestName).contains(text.utf8.count) else {
      throw ReviewError.invalid(
        what: what, got: "\(text.utf8.count) bytes", expected: "1 to \(longestName) bytes")
    }
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw ReviewError.invalid(what: what, got: text.printable, expected: "no control characters")
    }
  }
}
