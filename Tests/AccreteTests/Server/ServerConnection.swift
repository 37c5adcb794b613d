import Foundation
import Testing

/// What a server answered.
struct ServerAnswer: CustomTestStringConvertible {
  let status: Int
  /// By their names in lower case.
  let headers: [String: String]
  let body: String

  var testDescription: String { "\(status): \(body.prefix(600))" }

  func json() throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any], "\(testDescription)")
  }

  /// The code of an error in OpenAI's form; `nil`: it is no error.
  var code: String? { (try? json()["error"] as? [String: Any])?["code"] as? String }

  /// The data of each event of a stream.
  var events: [String] {
    body.components(separatedBy: "\n\n").filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
  }
}

/// A connection to a server that runs, for one request: what is sent and when it is read is the test's to say.
final class ServerConnection {
  private let descriptor: Int32
  private var bytes: [UInt8] = []

  struct Failure: Error, CustomStringConvertible { let description: String }

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure(description: "nobody listens at port \(port)") }
    // Longer than anything takes; a server that hangs fails the test instead of stopping it.
    var time = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func send(_ method: String, _ path: String, _ body: String?, headers: [String: String] = [:]) throws {
    var lines = ["\(method) \(path) HTTP/1.1", "host: localhost", "connection: close"]
    lines += headers.map { "\($0): \($1)" }
    if let body { lines += ["content-type: application/json", "content-length: \(body.utf8.count)"] }
    let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8)
    guard Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      throw Failure(description: "the server does not take \(method) \(path)")
    }
  }

  /// Waits until a text has come.
  func wait(for text: String) throws {
    while !String(decoding: bytes, as: UTF8.self).contains(text) {
      guard receive() else {
        throw Failure(description: "no \(text) in: \(String(decoding: bytes, as: UTF8.self).prefix(600))")
      }
    }
  }

  /// Whether the answer has come to its end already, as far as the system knows.
  var hasEnded: Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count > 0 else { return count == 0 }
      bytes += buffer[..<count]
    }
  }

  /// Everything until the server closes the connection.
  func answer() throws -> ServerAnswer {
    while receive() {}
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
      throw Failure(description: "no answer but: \(String(decoding: bytes, as: UTF8.self).prefix(600))")
    }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    let body = Array(bytes[end.upperBound...])
    return ServerAnswer(
      status: lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0, headers: headers,
      body: String(decoding: headers["transfer-encoding"] == "chunked" ? try joined(body) : body, as: UTF8.self))
  }

  private func receive() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 { bytes += buffer[..<count] }
    return count > 0
  }

  /// The pieces of a chunked body; one without its last piece was cut off.
  private func joined(_ body: [UInt8]) throws -> [UInt8] {
    var (all, rest) = ([UInt8](), body[...])
    while let end = rest.firstRange(of: [0x0D, 0x0A]),
      let count = Int(String(decoding: rest[..<end.lowerBound], as: UTF8.self), radix: 16)
    {
      guard count > 0 else { return all }
      all += rest[end.upperBound...].prefix(count)
      rest = rest[end.upperBound...].dropFirst(count + 2)
    }
    throw Failure(description: "the body ends in the middle: \(String(decoding: body, as: UTF8.self).suffix(300))")
  }
}
