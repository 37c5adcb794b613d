/// What other tracing systems say of a trace, W3C's `tracestate`: it is passed on as it came, or not at all.
public struct TraceState: Sendable, Hashable {
  /// The header's value.
  public let text: String

  /// How many bytes are passed on at most.
  private static let longest = 512
  /// How many members there are at most.
  private static let members = 32

  /// The header's value as somebody sent it; `nil` for anything that W3C's Trace Context does not allow, and for a longer one.
  public init?(_ text: String) {
    guard (1...Self.longest).contains(text.utf8.count) else { return nil }
    var names: Set<[UInt8]> = []
    let members = Array(text.utf8).split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard members.count <= Self.members else { return nil }
    for member in members {
      let member = Self.trimmed(member)
      // Two commas may follow each other.
      if member.isEmpty { continue }
      guard let equals = member.firstIndex(of: UInt8(ascii: "=")), Self.isName(member[..<equals]),
        Self.isValue(member[member.index(after: equals)...]), names.insert(Array(member[..<equals])).inserted
      else { return nil }
    }
    guard !names.isEmpty else { return nil }
    self.text = text
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    var bytes = bytes.drop(while: isSpace)
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return bytes
  }

  private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
    func isLetterOrDigit(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard let first = bytes.first, isLetterOrDigit(first), bytes.count <= 256 else { return false }
    return bytes.allSatisfy { isLetterOrDigit($0) || "_-*/@".utf8.contains($0) }
  }

  private static func isValue(_ bytes: ArraySlice<UInt8>) -> Bool {
    (1...256).contains(bytes.count)
      && bytes.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ",") }
  }
}
