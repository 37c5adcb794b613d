import Foundation

/// Canonical composition (NFC) as a given version of Unicode has it.
///
/// Only runs of characters that composition may touch are given to Foundation, each with the character before it: most
/// text has none.
struct Composition: Sendable, Equatable {
  /// Characters of a newer version are left as they are, and nothing is moved past them or joined with them.
  let newestVersion: Int

  /// The tables that Python's `tokenizers` has: Unicode 9.
  static let ofTokenizers = Composition(newestVersion: 9)
  /// The tables of Python 3.11's `unicodedata`: Unicode 14.
  static let ofPython = Composition(newestVersion: 14)

  func composed(_ bytes: [UInt8]) -> [UInt8] {
    var composed: [UInt8]?
    var copied = 0
    var previous = 0
    var index = 0
    while index < bytes.count {
      if bytes[index] < 0x80 || Self.isInert(bytes, index) {
        previous = index
        index += UTF8Bytes.scalarLength(lead: bytes[index])
        continue
      }
      var end = index
      while end < bytes.count, bytes[end] >= 0x80, !Self.isInert(bytes, end) {
        end += UTF8Bytes.scalarLength(lead: bytes[end])
      }
      let start = max(copied, previous)
      if composed == nil { composed = [] }
      composed?.append(contentsOf: bytes[copied..<start])
      composed?.append(contentsOf: pieces(bytes[start..<min(end, bytes.count)]))
      (copied, previous, index) = (min(end, bytes.count), min(end, bytes.count), end)
    }
    guard var composed else { return bytes }
    composed.append(contentsOf: bytes[copied...])
    return composed
  }

  /// A run, cut at the characters that are too new.
  private func pieces(_ run: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var piece = String.UnicodeScalarView()
    func flush() {
      // Taken apart first: Foundation does not join a Hangul syllable and a final consonant after it.
      Self.join(String(piece).decomposedStringWithCanonicalMapping, to: &result)
      piece = String.UnicodeScalarView()
    }
    for scalar in String(decoding: run, as: UTF8.self).unicodeScalars {
      if scalar.value >= 0x80, let age = scalar.properties.age, age.major > newestVersion {
        flush()
        result.append(contentsOf: Array(String(scalar).utf8))
      } else {
        piece.append(scalar)
      }
    }
    flush()
    return result
  }

  /// Where a character that begins a combination lies; none is joined with one that lies elsewhere.
  private enum Region {
    case basicPlane
    /// The scripts of India beyond U+FFFF, the only ones there with characters that are joined.
    case indic
    case beyond

    init(_ scalar: Unicode.Scalar) {
      switch scalar.value {
      case ..<0x10000: self = .basicPlane
      case 0x11000..<0x11A00: self = .indic
      default: self = .beyond
      }
    }
  }

  /// Joins what was taken apart.
  ///
  /// Foundation takes U+10041 for U+0041 when it joins (Swift 6.3): what is beyond is kept from it, and so is what stands
  /// behind characters of another region.
  private static func join(_ apart: String, to result: inout [UInt8]) {
    var region = Region.basicPlane
    var chunk = String.UnicodeScalarView()
    func flush() {
      let text = String(chunk)
      result.append(contentsOf: Array((region == .beyond ? text : text.precomposedStringWithCanonicalMapping).utf8))
      chunk = String.UnicodeScalarView()
    }
    for scalar in apart.unicodeScalars {
      if scalar.properties.canonicalCombiningClass == .notReordered {
        let next = Region(scalar)
        if next != region {
          flush()
          region = next
        }
      }
      chunk.append(scalar)
    }
    flush()
  }

  /// Whether the character at `index`, which is not ASCII, stays itself whatever precedes it: it has no decomposition or is made by
  /// composition, and it never joins the character before it.
  private static func isInert(_ bytes: [UInt8], _ index: Int) -> Bool {
    guard index + 2 < bytes.count, bytes[index] >= 0xE0 else {
      guard index + 1 < bytes.count, bytes[index] < 0xE0 else { return false }
      let value = UInt32(bytes[index] & 0x1F) << 6 | UInt32(bytes[index + 1] & 0x3F)
      switch value {
      // Latin; Greek and Cyrillic without the singletons 0374, 037E, 0387 and the marks.
      case 0x80..<0x300, 0x388..<0x483, 0x48A..<0x530: return true
      default: return false
      }
    }
    guard bytes[index] < 0xF0 else {
      // The plane of the emoji: F0 9F 8C and up is U+1F300 and up.
      return bytes[index] == 0xF0 && bytes[index + 1] == 0x9F && bytes[index + 2] >= 0x8C
    }
    let value =
      UInt32(bytes[index] & 0x0F) << 12 | UInt32(bytes[index + 1] & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F)
    switch value {
    // Punctuation without the spaces 2000 and 2001; CJK punctuation before its marks; kana without theirs; ideographs;
    // Hangul syllables; forms of full and half width.
    case 0x2010..<0x2027, 0x2030..<0x205F, 0x3000..<0x302A, 0x3041..<0x3097, 0x30A0..<0x3100, 0x3400..<0xA000,
      0xAC00..<0xD7A4, 0xFF00..<0xFFF0:
      return true
    default: return false
    }
  }
}
