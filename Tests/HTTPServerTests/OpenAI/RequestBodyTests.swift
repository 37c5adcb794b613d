import Foundation
import HTTPServer
import Serving
import Testing

/// A body that is not the JSON object that it should be.
@Suite struct RequestBodyTests {
  private func nested(_ depth: Int) -> String {
    // The body itself is one level.
    #""chat_template_kwargs":{"a":"# + String(repeating: "[", count: depth - 2)
      + String(repeating: "]", count: depth - 2) + "}"
  }

  @Test(arguments: [
    "", " ", "null", "1", "[]", "\"a\"", "{", "{}}", #"{"model":"m","messages":[{"role":"user","content":"hi"}],}"#,
    #"{"model":"m","model":"n"}"#, #"{"model":NaN}"#, #"{"temperature":Infinity}"#, #"{"temperature":1e999}"#,
    #"{"a":"\ud800"}"#, "{\"a\":\"\u{1}\"}", "{'a':1}", #"{"a":01}"#, #"{"a":1}x"#, #"{"a":tru}"#,
    #"{"messages":[{"role":"user","role":"system","content":"hi"}]}"#,
    #"{"accrete":{"labels":[],"labels":[]}}"#, "\u{FEFF}{}",
  ])
  func isNoJSON(_ text: String) {
    for refusal in [
      RequestBodies.refusalOfChat, RequestBodies.refusalOfCompletion, RequestBodies.refusalOfClassify,
      RequestBodies.refusalOfRoute,
    ] {
      for policy in UnknownFields.allCases {
        let error = refusal(Data(text.utf8), policy)
        #expect(error?.code == .invalidJSON && error?.status == 400 && error?.param == nil, "\(text)")
      }
    }
  }

  @Test func isNoUTF8() {
    var body = RequestBodies.chat(#""user":"xy""#)
    body[body.count - 4] = 0xFF
    #expect(RequestBodies.refusalOfChat(body)?.code == .invalidJSON)
  }

  @Test func nestingIsBounded() {
    #expect(RequestBodies.refusalOfChat(RequestBodies.chat(nested(32))) == nil)
    let error = RequestBodies.refusalOfChat(RequestBodies.chat(nested(33)))
    #expect(error?.code == .invalidJSON && error?.message.contains("32") == true)
    #expect(RequestBodies.refusalOfChat(Data(String(repeating: "[", count: 1 << 20).utf8))?.code == .invalidJSON)
    // Brackets in a text are no nesting.
    let text = RequestBodies.chat("\"user\":\"\(String(repeating: "[", count: 100))\"")
    #expect(RequestBodies.refusalOfChat(text) == nil)
  }

  /// A slice of a buffer begins elsewhere than at 0.
  @Test func aSliceIsRead() throws {
    let body = Data("xx".utf8) + RequestBodies.chat()
    #expect(try ChatRequest(body: body.dropFirst(2)).model == "m")
    #expect(RequestBodies.refusalOfChat(body.dropFirst(3))?.code == .invalidJSON)
  }

  /// Every beginning of a body is refused, and nothing else happens.
  @Test func cutBodies() {
    let body = RequestBodies.chat(#""stop":["\u00e9é"],"temperature":1.5e0,"accrete":{"trace":true}"#)
    for length in 0..<body.count {
      #expect(RequestBodies.refusalOfChat(body.prefix(length))?.code == .invalidJSON, "\(length)")
    }
  }

  @Test func aLargeBodyIsRead() throws {
    let words = String(repeating: "word ", count: 200_000)
    let body = RequestBodies.messages("[{\"role\":\"user\",\"content\":\"\(words)\"}]")
    #expect(try ChatRequest(body: body).messages[0].content.utf8.count == 1_000_000)
  }
}
