import Files
import Testing

@testable import HTTPServer

/// Does the answer to a field of another server name what there is here?
@Suite struct FieldHintTests {
  @Test(arguments: [
    ("guided_json", "`response_format` of type json_schema"), ("guided_choice", "`structured_outputs.choice`"),
    ("min_tokens", "`ignore_eos`"), ("prompt_logprobs", "`echo` with `logprobs`"),
    ("truncate_prompt_tokens", "Nothing is ever cut"), ("add_generation_prompt", "`chat_template_kwargs`"),
    ("stop_token_ids", "`stop` takes texts"), ("skip_special_tokens", "never part of a text"),
    ("use_beam_search", "`n` of them"), ("n_predict", "`max_tokens`"), ("cache_salt", "`accrete.cache_salt`"),
  ])
  func fieldsOfOthers(_ name: String, _ words: String) {
    for error in [
      RequestBodies.refusalOfChat(RequestBodies.chat("\"\(name)\":1")),
      RequestBodies.refusalOfCompletion(RequestBodies.completion("\"\(name)\":1")),
    ] {
      let message = error?.message ?? "taken"
      #expect(error?.code == .unknownParameter && error?.param == name)
      #expect(message.hasPrefix("`\(name)`: there is no such field.") && message.contains(words), "\(message)")
      // What is spelled like it may do the opposite.
      #expect(!message.contains("meant?"), "\(message)")
    }
  }

  /// Fields of the other request are named with it.
  @Test func fieldsOfTheOtherRequest() {
    let echo = RequestBodies.refusalOfChat(RequestBodies.chat(#""echo":true"#))
    #expect(echo?.message.contains("POST /v1/completions") == true)
    let messages = RequestBodies.refusalOfCompletion(RequestBodies.completion(#""messages":[]"#))
    #expect(messages?.message.contains("POST /v1/chat/completions") == true)
  }

  /// A hint of a field that both requests know would never be read, and one name has one hint.
  @Test func noHintIsHidden() {
    let names = FieldHints.table.flatMap(\.others)
    #expect(Set(names).count == names.count)
    let known = Set(ChatRequest.fields.map(\.name)).intersection(CompletionRequest.fields.map(\.name))
    #expect(known.isDisjoint(with: names))
  }

  /// Inside of other objects the same names mean nothing.
  @Test func hintsAreOfTheRequestAlone() {
    let error = RequestBodies.refusalOfChat(RequestBodies.chat(#""accrete":{"guided_json":{}}"#))
    #expect(error?.param == "accrete.guided_json" && error?.message.contains("response_format") == false)
  }
}
