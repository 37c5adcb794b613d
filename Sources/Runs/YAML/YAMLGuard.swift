import Foundation
import Yams

/// Keeps from the YAML parser what it cannot survive.
///
/// A run file is flat. What YAML has beyond that is of use only to an attacker: aliases let a file of a thousand bytes be
/// a tree of 2³⁰ nodes, or one so deep that freeing it overflows the stack.
enum YAMLGuard {
  /// The first line, counted from 1, on which an anchor or an alias may stand; `nil`: there is none.
  ///
  /// It errs on the safe side. Quotation marks are not followed (a quote inside a plain value would hide what is after
  /// it), so that ` *x` inside a quoted value is taken for an alias too; a mark after a letter, a quote or a slash is none.
  static func lineOfAlias(in text: Data) -> Int? {
    var line = 1
    var before: UInt8?
    /// Whether only blanks stood on this line so far; what comes after `#` there is a comment.
    var isIndent = true
    var isComment = false
    var mark = false
    for byte in text {
      // Anything beyond ASCII may be one of YAML's other line ends.
      let isLineEnd = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte >= 0x80
      if mark, isNameByte(byte) { return line }
      if byte == UInt8(ascii: "\n") { line += 1 }
      if isLineEnd {
        (isIndent, isComment) = (true, false)
      } else if isIndent, !isComment, byte == UInt8(ascii: "#") {
        isComment = true
      } else if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") {
        isIndent = false
      }
      mark = !isComment && (byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*")) && mayBegin(after: before)
      before = byte
    }
    return nil
  }

  /// The line, counted from 1, on which a list of rows begins where a file has that instead of options; `nil`: it has none.
  ///
  /// The text is not parsed for it, as the rows may hold anything.
  static func lineOfRow(in text: String) -> Int? {
    let lines = text.prefix(4096).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard
      let first = lines.firstIndex(where: {
        let line = $0.trimmingPrefix(while: \.isWhitespace)
        return !line.isEmpty && !line.hasPrefix("#") && !line.hasPrefix("---")
      })
    else { return nil }
    // `- text: …`, `- {"text": …`, `[{"text": …` and the same over several lines.
    let rest = lines[first...].prefix(8).joined(separator: "\n")
    let field =
      /(?:-|\[)[\s{]*["']?(?:text|label|labels|prompt|answer|completion|messages|conversations|instruction|output|input|id)["']?\s*:/
    return rest.trimmingPrefix(while: \.isWhitespace).prefixMatch(of: field) == nil ? nil : first + 1
  }

  /// The value, but a number in base 60 (`1:30`) is text: the parser's arithmetic on those overflows.
  static func withoutSexagesimal(_ value: Node) -> Node {
    guard case .scalar(var scalar) = value, scalar.string.utf8.contains(UInt8(ascii: ":")) else { return value }
    scalar.style = .doubleQuoted
    return .scalar(scalar)
  }

  /// A value that YAML reads as a number that is not finite: `.nan`, `nan`, `.inf`, `1e400`. Text in quotation marks is text.
  static func infinite(in value: Node) -> Node.Scalar? {
    switch value {
    case .scalar(let scalar):
      guard scalar.style == .plain || scalar.style == .any, let number = Double.construct(from: scalar),
        !number.isFinite
      else { return nil }
      return scalar
    case .sequence(let values): return values.lazy.compactMap(infinite).first
    case .mapping(let members): return members.lazy.compactMap { infinite(in: $0.value) }.first
    case .alias: return nil
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// Whether a value may begin after a byte.
  private static func mayBegin(after byte: UInt8?) -> Bool {
    guard let byte else { return true }
    switch byte {
    case 0...0x20, 0x80..., UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: ":"),
      UInt8(ascii: "?"), UInt8(ascii: "-"):
      return true
    default: return false
    }
  }
}
