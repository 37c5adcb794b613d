import ArgumentParser
import Files
import Foundation

/// Which of OpenAI's forms a request has.
enum Endpoint: String, CaseIterable, ExpressibleByArgument, Codable, Sendable {
  case completions
  case chat

  var path: String {
    switch self {
    case .completions: "/v1/completions"
    case .chat: "/v1/chat/completions"
    }
  }
}

/// How a request names its adapter.
enum AdapterStyle: String, CaseIterable, ExpressibleByArgument, Codable, Sendable {
  /// OpenAI's: the adapter's name is the `model`.
  case model
  /// llama.cpp's: `"lora":[{"id":N,"scale":1.0}]`, N the adapter's place on the server's command line.
  case llama
  /// Not at all.
  case none
}

/// How long a server may take, in seconds.
struct TimeLimits: Sendable {
  /// For a connection.
  let connect: Double
  /// Without a byte.
  let idle: Double
  /// For a request.
  let request: Double
}

/// A server, and how it is asked.
struct Server: Sendable {
  let name: String
  let address: ServerAddress
  let endpoint: Endpoint
  let style: AdapterStyle
  /// What the base is called; `nil`: not known yet.
  var baseModel: String?
  let adapters: [String]
  /// Secret: goes into no file and no message.
  let key: APIKey?
  /// Processes whose figures are measured.
  let processes: [Int32]
  let limits: TimeLimits
  let keepsConnections: Bool
}

/// Where a server listens: `http://host:port`, also with `/v1` behind it.
struct ServerAddress: Sendable, Equatable {
  /// Without a slash at the end.
  let text: String

  /// - Throws: ``BenchError/usage(_:)``.
  init(_ text: String) throws {
    var rest = text
    while rest.hasSuffix("/") { rest.removeLast() }
    if rest.hasSuffix("/v1") { rest.removeLast(3) }
    while rest.hasSuffix("/") { rest.removeLast() }
    guard let url = URL(string: rest), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
      let host = url.host, !host.isEmpty, url.query == nil, url.fragment == nil, url.user == nil
    else {
      throw BenchError.usage("--url: an address like http://127.0.0.1:8080 expected, got \(text.debugDescription)")
    }
    self.text = rest
  }
}

/// What a server wants to know of whoever asks.
struct APIKey: Sendable {
  let text: String

  /// Reads a file of one line.
  /// - Throws: `FileError`; ``BenchError/data(path:reason:)`` for what no header can carry. The message does not show it.
  static func read(_ path: String) throws -> APIKey {
    let file = try MappedFile(URL(fileURLWithPath: path))
    guard file.bytes.count <= 64 << 10 else {
      throw FileError.tooLarge(path: path, bytes: file.bytes.count, limit: 64 << 10)
    }
    let text = String(decoding: file.data(), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw BenchError.data(path: path, reason: "one key of printable ASCII characters without spaces expected")
    }
    return APIKey(text: text)
  }
}
