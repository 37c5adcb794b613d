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
    case is HTTP1TypeConversionError, is HeadProblem: true
    default: false
    }
  }

  /// Head and body of the answer, which is the connection's last.
  static func answer(to error: any Error, limits: ServerLimits) -> (head: HTTPResponse, body: Data) {
    let refusal = refusal(error, limits)
    let body = Data(
      JSONTree.object([
        "error": .object([
          "message": .text(SafeText.message(refusal.message)), "type": .text("invalid_request_error"), "param": .null,
          "code": .text(refusal.code),
        ])
      ]).json)
    var head = HTTPResponse(
      status: refusal.status,
      headerFields: [
        .contentType: "application/json", .contentLength: "\(body.count)", .connection: "close",
        .cacheControl: "no-store",
      ])
    // Clients repeat what has a status from 500 on, and this would end the same way.
    if refusal.status.kind == .serverError { head.headerFields.set("x-should-retry", "false") }
    return (head, body)
  }

  private struct Refusal {
    var status = HTTPResponse.Status.badRequest
    var code = "invalid_http"
    let message: String
  }

  private static func refusal(_ error: any Error, _ limits: ServerLimits) -> Refusal {
    switch error {
    case HTTPParserError.headerOverflow:
      Refusal(
        status: .requestHeaderFieldsTooLarge, code: "headers_too_large",
        message:
          "The request's headers have more than \(limits.headerBytes) bytes, or are more than \(limits.headerCount). Send fewer; the prompt"
          + " belongs into the body.")
    case HeadProblem.coding(let coding):
      Refusal(
        status: .notImplemented, code: "unsupported_coding",
        message:
          "transfer-encoding: expected chunked, got \(SafeText.quoted(coding)). Send the body as it is, with its content-length or in chunks."
      )
    case HeadProblem.expectation(let expected):
      Refusal(
        status: .expectationFailed, code: "unsupported_expectation",
        message: "expect: expected 100-continue, got \(SafeText.quoted(expected)). Leave the header out.")
    default:
      Refusal(
        message:
          "What came is not an HTTP/1.1 request (\(reason(error))). Send a request line, headers and a body of the length that they say."
      )
    }
  }

  private static func reason(_ error: any Error) -> String {
    if let problem = error as? HeadProblem { return reason(problem) }
    return switch error as? HTTPParserError {
    case .invalidMethod: "its method is unknown"
    case .invalidURL: "its path has characters that a path cannot have"
    case .invalidVersion: "its version is another"
    case .invalidHeaderToken: "a header has characters that it cannot have"
    case .invalidContentLength, .unexpectedContentLength:
      "its content-length is not one number, or stands beside a transfer-encoding"
    // The decoder has no other word for these.
    case .unknown:
      "its transfer-encoding does not end in chunked, or stands beside a content-length, or a line does not end as lines do"
    case .invalidChunkSize: "a chunk's size is not a number"
    default: "its first line or its headers cannot be read"
    }
  }

  private static func reason(_ problem: HeadProblem) -> String {
    switch problem {
    case .noHost: "it has no host header"
    case .several(let name): "it has more than one \(name) header"
    case .invalidHost: "its host header is not a host with or without a port"
    case .invalidTarget: "its target is a URL, but not http:// or https:// with a host and a path"
    case .coding, .codingOfOlder: "HTTP/1.0 knows no transfer-encoding"
    case .expectation: "it expects what is not known here"
    }
  }
}
