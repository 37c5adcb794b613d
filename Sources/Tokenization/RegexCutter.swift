import Foundation

/// Cuts text by a pattern that `PatternScanner` does not know, with ICU's regular expressions.
///
/// ICU and the Oniguruma of the Python package agree on the syntax in which tokenizer patterns are written. `\s` is
/// respelled, since ICU's leaves out U+000B and U+0085; which letters there are depends on ICU's Unicode version.
struct RegexCutter: Sendable {
  private let expression: NSRegularExpression
  private let file: String
  private let key: String

  /// - Parameters:
  ///   - file: The tokenizer file, for errors.
  ///   - key: Where in it the pattern stands, for errors.
  init(pattern: String, file: String, key: String) throws {
    do {
      expression = try NSRegularExpression(pattern: Self.respelled(pattern))
    } catch {
      throw TokenizationError.unsupported(
        file: file, key: key, expected: "a regular expression that ICU understands", got: "\"\(pattern)\"")
    }
    self.file = file
    self.key = key
  }

  /// The most bytes of a text: matching takes some twenty times its bytes of memory.
  static let longest = 16 << 20

  /// Cuts the piece `range` of `bytes` into matches and what is between them; `ends` gets the end of each.
  ///
  /// - Throws: When ICU runs out of its backtracking stack, because going on would give other ids than Python's; when the pattern takes
  ///   steps out of proportion to the text, as `(a+)+b` does.
  func cut(_ bytes: [UInt8], _ range: Range<Int>, ends: inout [Int]) throws {
    guard range.count <= Self.longest else {
      throw TokenizationError.unsplittable(
        file: file, key: key, expected: "a text of at most \(Self.longest) bytes, as the pattern is not built in",
        got: "one of \(range.count) bytes")
    }
    let text = String(decoding: bytes[range], as: UTF8.self)
    let offsets = Self.byteOffsets(of: text)
    var cuts: [Int32] = []
    var failed = false
    var reports = 0
    let allowed = Self.reports(length: offsets.count)
    expression.enumerateMatches(
      in: text, options: [.reportCompletion, .reportProgress], range: NSRange(location: 0, length: offsets.count - 1)
    ) { match, flags, stop in
      if flags.contains(.progress) {
        reports += 1
        if reports > allowed {
          failed = true
          stop.pointee = true
        }
        return
      }
      if flags.contains(.internalError) { failed = true }
      guard let found = match?.range, found.location >= 0, found.location + found.length < offsets.count else { return }
      cuts.append(offsets[found.location])
      cuts.append(offsets[found.location + found.length])
    }
    if failed {
      throw TokenizationError.unsplittable(
        file: file, key: key, expected: "a text the pattern can be matched on",
        got: "a text of \(range.count) bytes on which ICU's matcher ran out of stack or time")
    }
    cuts.append(Int32(range.count))
    var last: Int32 = 0
    for cut in cuts where cut > last {
      ends.append(range.lowerBound + Int(cut))
      last = cut
    }
  }

  /// How often ICU may report progress: it does so after every 10,000 steps of its matcher or so. A pattern for tokens takes
  /// some tens of steps for each character; a thousand are allowed.
  private static func reports(length: Int) -> Int { 200 + length / 10 }

  /// For each UTF-16 offset in `text`, and its end, the UTF-8 offset.
  private static func byteOffsets(of text: String) -> [Int32] {
    var offsets: [Int32] = []
    offsets.reserveCapacity(text.utf8.count + 1)
    var offset: Int32 = 0
    for scalar in text.unicodeScalars {
      for _ in 0..<UTF16.width(scalar) { offsets.append(offset) }
      offset += Int32(UTF8.width(scalar))
    }
    offsets.append(offset)
    return offsets
  }

  /// The pattern with `\s` and `\S` spelled as Unicode's White_Space property.
  static func respelled(_ pattern: String) -> String {
    var respelled = ""
    var escaped = false
    for scalar in pattern.unicodeScalars {
      if escaped, scalar == "s" || scalar == "S" {
        respelled += scalar == "s" ? "p{White_Space}" : "P{White_Space}"
      } else {
        respelled.unicodeScalars.append(scalar)
      }
      escaped = !escaped && scalar == "\\"
    }
    return respelled
  }
}
