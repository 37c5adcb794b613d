public import Foundation

/// A piece of a stream of `text/event-stream`. OpenAI's clients take every event for a chunk, whatever it is called, so that none of
/// theirs has a name; those of the page have one.
public enum ServerSentEvent: Sendable {
  /// One JSON object.
  case data(Data)
  /// One JSON object with what it is called, and the number from which a browser goes on that lost the connection.
  case named(String, number: Int, Data)
  /// Keeps the connection; no client reads it.
  case ping
  /// Nothing follows.
  case done

  /// What is sent.
  public var bytes: Data {
    switch self {
    case .data(let json): Data("data: ".utf8) + Self.onOneLine(json) + Data("\n\n".utf8)
    case .named(let name, let number, let json):
      Data("id: \(number)\nevent: \(name)\ndata: ".utf8) + Self.onOneLine(json) + Data("\n\n".utf8)
    case .ping: Data(": ping\n\n".utf8)
    case .done: Data("data: [DONE]\n\n".utf8)
    }
  }

  /// The headers of a stream.
  public static let headers = [
    "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no",
  ]

  /// JSON without the characters beside line feeds at which some clients (those that split lines as Python's `str` does) end a line; in a
  /// JSON text they stand in strings alone, where they may be spelled.
  private static func onOneLine(_ json: Data) -> Data {
    let bytes = [UInt8](json)
    guard bytes.contains(where: { $0 == 0xC2 || $0 == 0xE2 || $0 == 0x0A || $0 == 0x0D }) else { return json }
    var (line, index) = (Data(capacity: bytes.count), 0)
    while index < bytes.count {
      let rest = bytes[index...]
      if rest.starts(with: [0xC2, 0x85]) {
        line.append(contentsOf: "\\u0085".utf8)
        index += 2
      } else if rest.starts(with: [0xE2, 0x80, 0xA8]) || rest.starts(with: [0xE2, 0x80, 0xA9]) {
        line.append(contentsOf: (bytes[index + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8)
        index += 3
      } else {
        // JSON that somebody wrote on several lines means the same on one.
        line.append(bytes[index] == 0x0A || bytes[index] == 0x0D ? 0x20 : bytes[index])
        index += 1
      }
    }
    return line
  }
}
