import Access
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
    let seen = AccessKeys.redacted(String(text.unicodeScalars.prefix(4 * mostQuoted)))
    let shown = String(seen.unicodeScalars.prefix(mostQuoted)).printable
    return shown + (seen.unicodeScalars.count > mostQuoted ? "…" : "")
  }

  /// A message on one line, without keys and paths, and no longer than a message is.
  ///
  /// - Parameter known: Paths that stay: they are of the request and of the server's own, and tell whoever asked nothing new.
  static func message(_ text: String, known: [String] = []) -> String {
    let text = AccessKeys.redacted(String(text.unicodeScalars.prefix(4 * mostSaid)))
    let clean = withoutPaths(text, but: known.map { Array($0.utf8) }.filter { $0.count > 1 }).onOneLine
    guard clean.unicodeScalars.count > mostSaid else { return clean }
    return String(clean.unicodeScalars.prefix(mostSaid)) + "…"
  }

  /// Paths of our own API are no paths of this machine.
  private static let ours = ["/v1/", "/accrete/", "/admin/"].map { Array($0.utf8) }
  /// Those of one part, which are ours only as a whole: a file of the disk may begin like one.
  private static let oursAlone = Set(
    ["/openapi.json", "/metrics", "/healthz", "/readyz", "/health", "/version", "/v1", "/admin"].map { Array($0.utf8) })
  /// What may stand before a path, and what ends one.
  private static let (before, ends) = (Set(" \"'`(=:[,<".utf8), Set(" \"'`,;:)>]".utf8))

  private static func withoutPaths(_ text: String, but known: [[UInt8]]) -> String {
    let bytes = Array(text.utf8)
    var (result, index) = ([UInt8](), 0)
    result.reserveCapacity(bytes.count)
    while index < bytes.count {
      let isStart = index == 0 || before.contains(bytes[index - 1])
      if isStart, let path = known.first(where: { bytes[index...].starts(with: $0) }) {
        result += path
        index += path.count
      } else if isStart, let length = pathLength(bytes[index...]) {
        result += "[path]".utf8
        index += length
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// How long the path is that begins here; `nil`: none does.
  private static func pathLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    let path = bytes.first == UInt8(ascii: "~") ? bytes.dropFirst() : bytes
    guard path.first == UInt8(ascii: "/"), !ours.contains(where: { path.starts(with: $0) }) else { return nil }
    let length = bytes.prefix { !ends.contains($0) }.count
    return length > 1 && !oursAlone.contains(Array(bytes.prefix(length))) ? length : nil
  }
}
