import Files

/// What of a text may leave this machine in a message: no key, no path of its disk, and not much of what somebody sent.
enum SafeText {
  /// Code points of a request's text that a message quotes.
  static let mostQuoted = 60
  /// Code points of a whole message.
  private static let mostSaid = 1_000

  /// The beginning of a text of a request, in quotation marks.
  static func quoted(_ text: String) -> String { "\"\(beginning(text))\"" }

  /// The beginning of a name of a request, as it goes between other words.
  static func beginning(_ text: String) -> String {
    // What is cut off first keeps a text of a megabyte from being looked at; what hides a key wants to see all of it.
    let seen = withoutKeys(String(text.unicodeScalars.prefix(4 * mostQuoted)))
    let shown = String(seen.unicodeScalars.prefix(mostQuoted)).printable
    return shown + (seen.unicodeScalars.count > mostQuoted ? "…" : "")
  }

  /// A message on one line, without keys and paths, and no longer than a message is.
  static func message(_ text: String) -> String {
    let clean = withoutPaths(withoutKeys(String(text.unicodeScalars.prefix(4 * mostSaid)))).onOneLine
    guard clean.unicodeScalars.count > mostSaid else { return clean }
    return String(clean.unicodeScalars.prefix(mostSaid)) + "…"
  }

  /// What begins as keys do and goes on for as long is one, whosever it is.
  private static func withoutKeys(_ text: String) -> String {
    let (starts, shortest) = ([Array("ak_".utf8), Array("sk-".utf8)], 16)
    return replacing(in: text, by: "[key]") { bytes in
      guard starts.contains(where: { bytes.starts(with: $0) }) else { return nil }
      let length = bytes.prefix(while: isOfKey).count
      return length >= shortest ? length : nil
    }
  }

  private static func isOfKey(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// Paths of our own API are no paths of this machine.
  private static let ours = ["/v1/", "/accrete/", "/admin/"].map { Array($0.utf8) }

  private static func withoutPaths(_ text: String) -> String {
    let (before, ends) = (Set(" \"'`(=:[,<".utf8), Set(" \"'`,;:)>]".utf8))
    var previous: UInt8?
    return replacing(in: text, by: "[path]") { bytes in
      defer { previous = bytes.first }
      let path = bytes.first == UInt8(ascii: "~") ? bytes.dropFirst() : bytes
      guard path.first == UInt8(ascii: "/"), previous.map(before.contains) ?? true,
        !ours.contains(where: { path.starts(with: $0) })
      else { return nil }
      let length = bytes.prefix { !ends.contains($0) }.count
      return length > 1 ? length : nil
    }
  }

  /// Replaces what begins at a byte and is as long as `length` says; `nil`: nothing begins there. It is asked at ASCII bytes only, so that
  /// no character is cut.
  private static func replacing(
    in text: String, by other: String, length: (ArraySlice<UInt8>) -> Int?
  ) -> String {
    let bytes = Array(text.utf8)
    var (result, index) = ([UInt8](), 0)
    result.reserveCapacity(bytes.count)
    while index < bytes.count {
      if let found = length(bytes[index...]), found > 0 {
        result += other.utf8
        index += found
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
