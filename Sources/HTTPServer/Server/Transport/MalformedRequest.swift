import Files
import Foundation
import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// What is answered to bytes that are no HTTP request: the same form as every error, which Hummingbird would answer without a body.
enum MalformedRequest {
  /// Whether an error means that what came is not HTTP. Others are of the connection, on which nothing can be said any more.
  static func isOne(_ error: any Error) -> Bool {
    switch error {
    case let error as HTTPParserError: error != .invalidEOFState && error != .closedConnection
    case is HTTP1TypeConversionError, is HostProblem: true
    default: false
    }
  }

  /// Head and body of the answer, which is the connection's last.
  static func answer(to error: any Error, limits: ServerLimits) -> (head: HTTPResponse, body: Data) {
    let isLarge = (error as? HTTPParserError) == .headerOverflow
    let (code, message) =
      isLarge
      ? (
        "headers_too_large",
        "The request's headers have more than \(limits.headerBytes) bytes, or are more than \(limits.headerCount). Send fewer; the prompt"
          + " belongs into the body."
      )
      : (
        "invalid_http",
        "What came is not an HTTP/1.1 request (\(reason(error))). Send a request line, headers and a body of the length that they say."
      )
    let body = Data(
      JSONTree.object([
        "error": .object([
          "message": .text(message), "type": .text("invalid_request_error"), "param": .null, "code": .text(code),
        ])
      ]).json)
    let head = HTTPResponse(
      status: isLarge ? .requestHeaderFieldsTooLarge : .badRequest,
      headerFields: [
        .contentType: "application/json", .contentLength: "\(body.count)", .connection: "close",
        .cacheControl: "no-store",
      ])
    return (head, body)
  }

  private static func reason(_ error: any Error) -> String {
    switch error as? HostProblem {
    case .missing?: return "it has no host header"
    case .several?: return "it has more than one host header"
    case .invalid?: return "its host header is not a host with or without a port"
    case nil: break
    }
    return switch error as? HTTPParserError {
    case .invalidMethod: "its method is unknown"
    case .invalidURL: "its path has characters that a path cannot have"
    case .invalidVersion: "its version is another"
    case .invalidHeaderToken: "a header has characters that it cannot have"
    case .invalidContentLength, .unexpectedContentLength: "its content-length is not one number"
    case .invalidChunkSize: "a chunk's size is not a number"
    default: "its first line or its headers cannot be read"
    }
  }
}
