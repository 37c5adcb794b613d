import Files
import Foundation
import Generation
import Registry
import Serving
import Testing

@testable import HTTPServer

@Suite struct APIErrorTests {
  /// The table of the specification.
  private static let table: [(status: Int, type: String, codes: Set<String>)] = [
    (
      400, "invalid_request_error",
      [
        "invalid_json", "unknown_parameter", "unsupported_parameter", "invalid_value", "invalid_model_name",
        "context_length_exceeded", "unsupported_content",
      ]
    ),
    (401, "authentication_error", ["invalid_api_key", "expired_api_key"]),
    (403, "permission_error", ["scope_missing", "model_not_allowed"]),
    (404, "invalid_request_error", ["model_not_found", "version_not_found", "route_not_found"]),
    (405, "invalid_request_error", ["method_not_allowed"]), (412, "precondition_failed", ["alias_moved"]),
    (413, "invalid_request_error", ["body_too_large"]), (415, "invalid_request_error", ["unsupported_media_type"]),
    (422, "invalid_request_error", ["unknown_task"]),
    (429, "rate_limit_error", ["requests_exceeded", "tokens_exceeded"]), (500, "server_error", ["internal"]),
    (503, "overloaded_error", ["queue_full", "draining", "expert_loading", "expert_failed"]),
    (504, "timeout_error", ["deadline_exceeded"]),
  ]

  @Test func everyCodeHasItsStatusAndType() {
    var codes: Set<String> = []
    for row in Self.table {
      for code in APIError.Code.allCases where row.codes.contains(code.rawValue) {
        #expect(code.status == row.status && code.type == row.type, "\(code)")
        codes.insert(code.rawValue)
      }
    }
    #expect(codes == Set(APIError.Code.allCases.map(\.rawValue)))
    #expect(codes.count == Self.table.reduce(0) { $0 + $1.codes.count })
  }

  /// Clients repeat 408, 409, 429 and all from 500 on by themselves.
  @Test func whatMustNotBeRepeatedSaysSo() {
    for code in APIError.Code.allCases {
      let error = APIError(code, "m")
      #expect(![408, 409].contains(error.status))
      let isFinal = [.deadlineExceeded, .expertFailed].contains(code)
      #expect((error.headers["x-should-retry"] == "false") == isFinal, "\(code)")
    }
    for (given, sent) in [(0, "1"), (-5, "1"), (1, "1"), (120, "120"), (121, "120"), (Int.max, "120")] {
      #expect(APIError(.queueFull, "m", retryAfter: given).headers["retry-after"] == sent)
    }
  }

  @Test func bodyOfAnError() {
    let error = APIError(.invalidValue, "a \"b\"\n", param: "n")
    #expect(
      String(decoding: error.json, as: UTF8.self)
        == #"{"error":{"message":"a \"b\" ","type":"invalid_request_error","param":"n","code":"invalid_value"}}"#)
    #expect(
      String(decoding: APIError(.internal, "m").json, as: UTF8.self)
        == #"{"error":{"message":"m","type":"server_error","param":null,"code":"internal"}}"#)
    #expect(error.with(header: "Allow", "GET\r\nx: y").headers["allow"] == "GET  x: y")
  }

  /// Neither paths of this machine, nor keys, nor long texts of a request leave it.
  @Test func messagesHoldNoSecrets() {
    let key = "ak_0123456789ab_" + String(repeating: "Zz9-", count: 10) + "abc"
    for text in ["\(key)", "model \"\(key)\"", "x\(key)y"] {
      #expect(!APIError(.invalidValue, text).message.contains("Zz9-Zz9-"), "\(text)")
    }
    for path in [
      "/home/someone/registry/x.json", "~/secret/file", "\"/etc/passwd\"", "(/var/x)", "file=/a/b", "/x", "/health/x",
    ] {
      let message = APIError(.invalidValue, "cannot read \(path): gone").message
      #expect(
        !message.contains("secret") && !message.contains("/e") && !message.contains("/h") && !message.contains("/v"))
      #expect(message.contains("[path]") && message.hasSuffix(": gone"), "\(message)")
    }
    for text in [
      "GET /v1/models lists them", "and/or", "1 / 2", "#/properties/name", "text/event-stream", "`/accrete/v1/route`",
      "GET /openapi.json lists what there is.",
      "GET /openapi.json lists them", "/metrics: expected GET", "`/readyz`",
    ] {
      #expect(APIError(.invalidValue, text).message == text)
    }
    let long = String(repeating: "é\u{301}", count: 200_000)
    let message = APIError(.invalidValue, long).message
    #expect(message.unicodeScalars.count <= 1_001)
    #expect(SafeText.quoted(long).unicodeScalars.count <= 63)
  }

  /// A text of a request of any length is quoted with its beginning alone.
  @Test func requestsAreQuotedShortly() {
    let long = String(repeating: "q", count: 50_000)
    for body in [
      RequestBodies.chat("\"\(long)\":1"), RequestBodies.chat("\"temperature\":\"\(long)\""),
      RequestBodies.chat("\"logit_bias\":{\"\(long)\":1}"), RequestBodies.chat("\"metadata\":{\"\(long)\":\"\"}"),
      RequestBodies.chat("\"response_format\":{\"type\":\"\(long)\"}"),
      RequestBodies.chat("\"accrete\":{\"unknown\":\"\(long)\"}"),
      RequestBodies.chat("\"accrete\":{\"\(long)\":1}"),
      RequestBodies.messages("[{\"role\":\"\(long)\",\"content\":\"\"}]"),
      RequestBodies.messages("[{\"role\":\"user\",\"content\":[{\"type\":\"\(long)\"}]}]"),
      RequestBodies.chat("\"a\":{\"\(long)\":x}"), RequestBodies.chat("\"a\":\(long)"),
      Data("{\"model\":\"\(long)\"}".utf8),
    ] {
      let error = RequestBodies.refusalOfChat(body)
      #expect(error != nil)
      #expect(error?.message.contains(String(long.prefix(101))) == false, "\(error?.message ?? "")")
      #expect((error?.param ?? "").utf8.count < 200)
    }
  }

  @Test func failuresOfTheEngine() {
    let digest = Digest(of: Data("x".utf8))
    func error(_ failure: EngineFailure) -> APIError { APIError(failure, input: "messages", requestID: "req-1") }
    #expect(error(.queueFull(retryAfter: 7)).code == .queueFull)
    #expect(error(.queueFull(retryAfter: 7)).headers["retry-after"] == "7")
    #expect(error(.draining).code == .draining && error(.cancelled).code == .draining)
    #expect(error(.deadlineExceeded).code == .deadlineExceeded)
    let failed = error(.expertFailed(version: digest, reason: "/srv/registry/blobs/x: gone"))
    #expect(
      failed.code == .expertFailed && failed.message.contains(digest.hexadecimal) && !failed.message.contains("gone"))
    let unloaded = error(.unloaded(version: digest))
    #expect(unloaded.code == .expertFailed && unloaded.message.contains(digest.hexadecimal))
    let many = error(.tooManyChoices(8, limit: 3))
    #expect(many.code == .invalidValue && many.param == "n")
    for part in ["`n`", "1 to 3", "got 8", "--max-sequences"] { #expect(many.message.contains(part)) }
    let long = error(.tooLong(prompt: 500, requested: 20, limit: 512))
    #expect(long.code == .contextLengthExceeded && long.param == "messages")
    for number in ["500", "20", "512"] { #expect(long.message.contains(number)) }
    #expect(
      error(.invalid("no token 5")).code == .invalidValue && error(.invalid("no token 5")).message == "no token 5")
    let defect = error(.failed("index out of range in /src/x.swift"))
    #expect(defect.code == .internal && defect.message.contains("req-1") && !defect.message.contains("index"))
  }

  @Test func namesOfModels() {
    let known = ["spam@1", "spam:production", "other"]
    let missing = APIError(CatalogError.notFound("spma", known: known), isVisible: { $0 != "other" })
    #expect(missing.code == .modelNotFound && missing.param == "model" && missing.message.contains("spma"))
    #expect(missing.message.contains("spam@1, spam:production") && !missing.message.contains("other"))
    #expect(APIError(CatalogError.versionNotFound("spam@9", known: [])).code == .versionNotFound)
    // A task of which nothing is released is there: what can be asked for is a version, if whoever asks may see one.
    let unreleased = CatalogError.versionNotFound("greet", known: ["greet:first", "greet@2", "greet@1"])
    let told = APIError(unreleased)
    #expect(
      told.code == .versionNotFound
        && told.message
          == "\"greet\" has no released version. Ask for greet@2, or release it with `accrete promote`."
    )
    #expect(APIError(unreleased) { $0 == "greet@1" }.message.contains("Ask for greet@1,"))
    #expect(!APIError(unreleased) { _ in false }.message.contains("greet@"))
    let invalid = APIError(CatalogError.invalidName("spam@production", fix: "Did you mean spam:production?"))
    #expect(invalid.code == .invalidModelName && invalid.message.contains("spam:production?"))
    let long = String(repeating: "n", count: 10_000)
    let cut = APIError(CatalogError.invalidName(long, fix: "Did you mean \(long)?"))
    #expect(!cut.message.contains(String(long.prefix(101))))
  }

  @Test func otherErrorsByTheirCategory() {
    func mapped(_ error: any Error) -> APIError { APIError(mapping: error, input: "prompt", requestID: "req-9") }
    #expect(mapped(APIError(.unknownTask, "m")).code == .unknownTask)
    #expect(mapped(EngineFailure.draining).code == .draining)
    #expect(mapped(CatalogError.notFound("x", known: [])).code == .modelNotFound)
    #expect(mapped(CancellationError()).code == .draining)
    let tooLong = mapped(ChatPromptError.tooLong(prompt: 600, room: 500, limit: 512))
    #expect(tooLong.code == .contextLengthExceeded && tooLong.param == "prompt" && tooLong.message.contains("12"))
    let noRoom = mapped(ChatPromptError.leavesNoRoom(model: "spam@1", prompt: 713, room: 253, limit: 256))
    #expect(noRoom.code == .contextLengthExceeded && noRoom.param == "prompt" && !noRoom.message.contains("asked for"))
    for part in ["spam@1", "713", "253", "256"] { #expect(noRoom.message.contains(part)) }
    #expect(mapped(ChatPromptError.noTemplate(base: "b")).code == .invalidValue)
    // What speaks of this machine's files stays in its log.
    for error: any AccreteError in [
      FileError.notFound(path: "/srv/x"), FileError.tooLarge(path: "/srv/x", bytes: 2, limit: 1),
      FileError.malformedJSON(path: "/srv/x", reason: "secret"), RegistryError.readingOnly(path: "/srv/x"),
      RegistryError.damaged(path: "/srv/x", reason: "secret"),
    ] {
      let error = mapped(error)
      #expect(error.code == .internal && error.message.contains("req-9"))
      #expect(!error.message.contains("srv") && !error.message.contains("secret"))
    }
    #expect(mapped(FileError.diskFull(path: "/srv/x")).code == .queueFull)
    #expect(mapped(RegistryError.locked(path: "/srv/x", by: "y")).code == .queueFull)
    #expect(mapped(RegistryError.unknownTask(got: "x", known: ["secret"])).code == .modelNotFound)
    #expect(!mapped(RegistryError.unknownTask(got: "x", known: ["secret"])).message.contains("secret"))
    #expect(mapped(RegistryError.moved(what: "spam", expected: 1, found: 2)).code == .aliasMoved)
    #expect(mapped(CocoaError(.fileNoSuchFile)).code == .internal)
  }
}
