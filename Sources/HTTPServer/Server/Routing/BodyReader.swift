import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTP1

/// Takes a request's body in, as long as it is small and comes in time.
enum BodyReader {
  /// Reads a whole body.
  ///
  /// - Parameter scope: The request.
  /// - Parameter type: What it has to be.
  /// - Throws: `APIError`; ``Disconnected``; `HTTPParserError` where it breaks off into something else than HTTP.
  static func read(_ scope: RequestScope, as type: String = "application/json", limits: ServerLimits) async throws
    -> Data
  {
    try requireType(scope, type)
    // What is announced need not be read to be refused.
    if let text = scope.request.headers[.contentLength], let length = Int(text), length > limits.bodyBytes {
      throw tooLarge(limits)
    }
    scope.wantBody()
    let body = scope.request.body
    do {
      return try await withThrowingTaskGroup(of: Data?.self) { group in
        group.addTask { Data(try await body.collect(upTo: limits.bodyBytes).readableBytesView) }
        group.addTask {
          try await Task.sleep(for: limits.bodyTime)
          return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let data = first else {
          throw APIError(
            .deadlineExceeded,
            "The body was not there within \(limits.bodyTime.components.seconds) seconds. Send it at once, in one piece."
          ).closing
        }
        return data
      }
    } catch is NIOTooManyBytesError {
      throw tooLarge(limits)
    } catch HTTPParserError.invalidEOFState, HTTPParserError.closedConnection {
      throw Disconnected()
    }
  }

  private static func tooLarge(_ limits: ServerLimits) -> APIError {
    APIError(
      .bodyTooLarge, "The body has more than \(limits.bodyBytes) bytes. Send less in one request; nothing is cut."
    ).closing
  }

  private static func requireType(_ scope: RequestScope, _ expected: String) throws {
    if let coding = scope.request.headers[.contentEncoding], coding.lowercased() != "identity" {
      throw APIError(
        .unsupportedMediaType, "The body is packed (content-encoding: \(coding)), which is not read. Send it as it is."
      ).closing
    }
    // Whoever says nothing is taken at its word that it is JSON.
    guard let given = scope.request.headers[.contentType] else { return }
    let type = given.split(separator: ";").first.map { $0.trimmingCharacters(in: .whitespaces).lowercased() } ?? ""
    guard type == expected else {
      throw APIError(
        .unsupportedMediaType,
        "content-type: expected \(expected), got \(type). With curl: --header 'content-type: \(expected)'."
      ).closing
    }
  }
}

extension APIError {
  /// The same as the last answer of its connection: the rest of the body is not read.
  var closing: APIError { with(header: "connection", "close") }
}
