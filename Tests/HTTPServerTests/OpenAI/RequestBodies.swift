import Foundation
import HTTPServer
import Testing

/// Bodies of requests that are right but for what a test adds.
enum RequestBodies {
  static func chat(_ extra: String = "") -> Data {
    whole(#""model":"m","messages":[{"role":"user","content":"hi"}]"#, extra)
  }

  static func messages(_ messages: String) -> Data { whole(#""model":"m","messages":"# + messages, "") }

  static func completion(_ extra: String = "") -> Data { whole(#""model":"m","prompt":"hi""#, extra) }

  static func classify(_ extra: String = "") -> Data { whole(#""model":"m","input":"hi""#, extra) }

  private static func whole(_ start: String, _ extra: String) -> Data {
    Data("{\(start)\(extra.isEmpty ? "" : ",\(extra)")}".utf8)
  }

  static func text(_ bytes: Int) -> String { "\"" + String(repeating: "a", count: bytes) + "\"" }

  static func list(_ count: Int, _ element: (Int) -> String) -> String {
    "[" + (0..<max(count, 0)).map(element).joined(separator: ",") + "]"
  }

  static func object(_ count: Int, _ member: (Int) -> String) -> String {
    "{" + (0..<max(count, 0)).map(member).joined(separator: ",") + "}"
  }

  /// How a body is refused; `nil`: it is not.
  static func refusal(_ read: () throws(APIError) -> Void) -> APIError? {
    do {
      try read()
      return nil
    } catch {
      return error
    }
  }

  static func refusalOfChat(_ body: Data, _ unknown: UnknownFields = .refuse) -> APIError? {
    refusal { () throws(APIError) in _ = try ChatRequest(body: body, unknownFields: unknown) }
  }

  static func refusalOfCompletion(_ body: Data, _ unknown: UnknownFields = .refuse) -> APIError? {
    refusal { () throws(APIError) in _ = try CompletionRequest(body: body, unknownFields: unknown) }
  }

  static func refusalOfClassify(_ body: Data, _ unknown: UnknownFields = .refuse) -> APIError? {
    refusal { () throws(APIError) in _ = try ClassifyRequest(body: body, unknownFields: unknown) }
  }

  static func refusalOfRoute(_ body: Data, _ unknown: UnknownFields = .refuse) -> APIError? {
    refusal { () throws(APIError) in _ = try RouteRequest(body: body, unknownFields: unknown) }
  }
}

/// Texts behind each other. A compiler takes seconds for many of them with `+`.
func joined(_ parts: String...) -> String { parts.joined() }
