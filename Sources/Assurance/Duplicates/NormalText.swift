public import Files
import Foundation

/// A text as duplicates are looked for: composed (NFC), case kept, every run of white space one space, none at the ends.
///
/// Texts are equal here where their code points are.
public struct NormalText: Sendable, Equatable {
  /// The longest text that is taken, in bytes of UTF-8.
  public static let mostBytes = 1 << 20

  /// The code points.
  public let codePoints: [UInt32]

  /// Normalizes a text, in time linear in its length.
  ///
  /// Where more than 30 marks follow each other, a grapheme joiner (U+034F) is put between them first, as the stream-safe text format of
  /// Unicode's Annex 15 has it: to order thousands of marks takes the square of their number.
  ///
  /// - Parameter text: Any text of at most ``mostBytes``.
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` for a longer one.
  public init(_ text: String) throws {
    guard text.utf8.count <= Self.mostBytes else {
      throw AssuranceError.value(
        what: "text to compare", row: nil, expected: "at most \(Self.mostBytes) bytes", got: "\(text.utf8.count) bytes",
        fix: "Leave it out, or compare its parts.")
    }
    var points: [UInt32] = []
    points.reserveCapacity(text.utf8.count)
    var isAfterSpace = true
    let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
    for scalar in (isASCII ? text : Self.streamSafe(text).precomposedStringWithCanonicalMapping).unicodeScalars {
      guard scalar.properties.isWhitespace else {
        points.append(scalar.value)
        isAfterSpace = false
        continue
      }
      if !isAfterSpace { points.append(Self.space) }
      isAfterSpace = true
    }
    if points.last == Self.space { points.removeLast() }
    codePoints = points
  }

  /// The text.
  public var text: String {
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: codePoints.compactMap { Unicode.Scalar($0) })
    return String(scalars)
  }

  /// The SHA-256 of its UTF-8: equal exactly where the normal forms are.
  public var digest: Digest { Digest(of: Data(text.utf8)) }

  private static let space: UInt32 = 0x20
  private static let mostMarks = 30

  private static func streamSafe(_ text: String) -> String {
    var (marks, safe) = (0, String.UnicodeScalarView())
    for scalar in text.unicodeScalars {
      marks = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
      if marks > mostMarks {
        safe.append("\u{34F}")
        marks = 1
      }
      safe.append(scalar)
    }
    return String(safe)
  }
}
