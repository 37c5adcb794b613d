/// Takes a stream of server-sent events apart, however its bytes are cut (WHATWG HTML, "Event stream interpretation").
///
/// Only what an event carries is kept: the names of events, ids and comments are stepped over, as OpenAI's clients do.
struct EventParser {
  /// What one event carries at most, in bytes.
  static let eventLimit = 1 << 20

  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var wasReturn = false
  /// Whether a byte order mark may still come.
  private var isStart = true

  /// Reads on.
  ///
  /// - Parameter bytes: The next bytes of the stream.
  /// - Returns: What the events carry that end in them.
  /// - Throws: ``RequestFailure`` for an event or line above ``eventLimit``.
  mutating func read(_ bytes: some Sequence<UInt8>) throws(RequestFailure) -> [[UInt8]] {
    var events: [[UInt8]] = []
    for byte in bytes {
      // A carriage return ends a line at once, and a line feed behind it belongs to that end.
      let isSecondHalf = wasReturn && byte == UInt8(ascii: "\n")
      wasReturn = byte == UInt8(ascii: "\r")
      if isSecondHalf { continue }
      guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
        line.append(byte)
        guard line.count <= Self.eventLimit else { throw Self.tooLarge }
        continue
      }
      if let event = try endLine() { events.append(event) }
    }
    return events
  }

  /// What the last event carries, where the stream ends without the empty line behind it.
  mutating func end() throws(RequestFailure) -> [UInt8]? {
    if !line.isEmpty, let event = try endLine() { return event }
    return takeEvent()
  }

  private mutating func endLine() throws(RequestFailure) -> [UInt8]? {
    defer { line.removeAll(keepingCapacity: true) }
    if isStart, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    isStart = false
    if line.isEmpty { return takeEvent() }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    guard line[..<colon].elementsEqual("data".utf8) else { return nil }
    var value = line[colon...].dropFirst()
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    if hasData { data.append(UInt8(ascii: "\n")) }
    data += value
    hasData = true
    guard data.count <= Self.eventLimit else { throw Self.tooLarge }
    return nil
  }

  private mutating func takeEvent() -> [UInt8]? {
    guard hasData else { return nil }
    defer { (data, hasData) = ([], false) }
    return data
  }

  private static var tooLarge: RequestFailure {
    RequestFailure(code: "too-large", message: "an event of more than \(eventLimit) bytes")
  }
}
