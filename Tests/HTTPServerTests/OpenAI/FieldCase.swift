import HTTPServer
import Testing

/// A field with values that it takes and values that it does not; limits are among the first, what is beyond them among the second.
struct FieldCase: Sendable, CustomTestStringConvertible {
  let name: String
  let valid: [String]
  let invalid: [String]
  /// What refuses the second ones.
  var code = APIError.Code.invalidValue
  /// Fields without which the values mean nothing.
  var with = ""

  var testDescription: String { name }

  func body(_ value: String) -> String { "\"\(name)\":\(value)" + (with.isEmpty ? "" : ",\(with)") }

  private typealias Make = RequestBodies

  /// Of requests for text.
  static let sampling: [FieldCase] = [
    FieldCase(
      name: "temperature", valid: ["0", "-0", "-0.0", "1", "2", "2.0", "0.7", "1e-300", "null"],
      invalid: ["-0.1", "2.0001", "1e300", "\"1\"", "true", "[]", "{}"]),
    FieldCase(name: "top_p", valid: ["1", "1e-9", "0.5", "null"], invalid: ["0", "-0.0", "1.01", "1e300", "\"1\""]),
    FieldCase(
      name: "top_k", valid: ["0", "-1", "1", "2147483647", "5.0", "null"],
      invalid: ["-2", "2147483648", "1.5", "1e300", "9223372036854775808", "\"1\""]),
    FieldCase(name: "min_p", valid: ["0", "1", "0.05"], invalid: ["-0.01", "1.01", "\"0\""]),
    FieldCase(name: "repetition_penalty", valid: ["1", "0.01", "100"], invalid: ["0", "0.009", "100.1", "-1", "{}"]),
    FieldCase(name: "presence_penalty", valid: ["-2", "2", "0"], invalid: ["-2.01", "2.01", "\"0\""]),
    FieldCase(name: "frequency_penalty", valid: ["-2", "2", "0"], invalid: ["-2.01", "2.01", "\"0\""]),
    FieldCase(
      name: "logit_bias",
      valid: [
        "{}", #"{"0":-100,"50256":100}"#, #"{"5":0.5}"#, "null", Make.object(300) { "\"\($0)\":1" },
        #"{"2147483647":1}"#,
      ],
      invalid: [
        #"{"0":-100.1}"#, #"{"0":100.1}"#, #"{"+5":1}"#, #"{"05":1}"#, #"{"-1":1}"#, #"{"a":1}"#, #"{"":1}"#,
        #"{"٣":1}"#,
        #"{"1.0":1}"#, #"{"2147483648":1}"#, #"{"1":"1"}"#, "[]", "1", Make.object(301) { "\"\($0)\":1" },
      ]),
    FieldCase(name: "n", valid: ["1", "8", "2.0"], invalid: ["0", "9", "1.5", "-1", "1e300", "\"1\"", "true"]),
    FieldCase(
      name: "seed", valid: ["0", "-1", "9223372036854775807", "-9223372036854775808", "1e3"],
      invalid: ["9223372036854775808", "1e300", "1.5", "\"1\""]),
    FieldCase(
      name: "stop",
      valid: ["null", "[]", "\"a\"", #"["a","b","c","d"]"#, Make.text(256), Make.list(4) { _ in Make.text(256) }],
      invalid: [
        "\"\"", Make.text(257), #"["a","b","c","d","e"]"#, #"[""]"#, "[1]", "1", "{}", "true", "[[]]",
        Make.list(1) { _ in Make.text(257) },
      ]),
    FieldCase(name: "ignore_eos", valid: ["true", "false", "null"], invalid: ["1", "\"true\"", "[]"]),
    FieldCase(name: "stream", valid: ["true", "false", "null"], invalid: ["1", "\"true\"", "{}"]),
    FieldCase(
      name: "stream_options",
      valid: ["null", "{}", #"{"include_usage":true}"#, #"{"include_usage":false,"include_obfuscation":false}"#],
      invalid: ["true", "[]", #"{"include_usage":1}"#, #"{"include_obfuscation":"no"}"#], with: "\"stream\":true"),
    FieldCase(
      name: "response_format",
      valid: [
        #"{"type":"text"}"#, #"{"type":"json_object"}"#, "null", #"{"type":"json_object","json_schema":null}"#,
        #"{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}}"#,
        #"{"type":"json_schema","json_schema":{"name":"a","schema":{},"strict":true,"description":"d"}}"#,
      ],
      invalid: [
        "{}", "\"text\"", #"{"type":1}"#, #"{"type":"json_schema"}"#, #"{"type":"text","json_schema":{}}"#,
        #"{"type":"json_object","json_schema":{"name":"a","schema":{}}}"#,
        #"{"type":"json_schema","json_schema":{"name":"a"}}"#,
        #"{"type":"json_schema","json_schema":{"schema":{}}}"#,
        #"{"type":"json_schema","json_schema":{"name":"a/b","schema":{}}}"#,
        #"{"type":"json_schema","json_schema":{"name":"a","schema":[]}}"#,
        #"{"type":"json_schema","json_schema":{"name":"a","schema":{},"strict":1}}"#,
        #"{"type":"json_schema","json_schema":{"name":\#(Make.text(65)),"schema":{}}}"#,
      ]),
    FieldCase(
      name: "structured_outputs",
      valid: [
        "null", "{}", #"{"choice":["a"]}"#, #"{"choice":["a"],"regex":null}"#, #"{"json":{}}"#, #"{"json":null}"#,
        "{\"choice\":\(Make.list(256) { "\"\($0)\"" })}", "{\"choice\":[\(Make.text(1024))]}",
      ],
      invalid: [
        "[]", #"{"choice":[]}"#, #"{"choice":["a","a"]}"#, #"{"choice":[""]}"#, #"{"choice":"a"}"#, #"{"choice":[1]}"#,
        #"{"json":true}"#, #"{"json":"{}"}"#, #"{"json":{},"choice":["a"]}"#,
        "{\"choice\":\(Make.list(257) { "\"\($0)\"" })}", "{\"choice\":[\(Make.text(1025))]}",
      ]),
    FieldCase(
      name: "accrete",
      valid: [
        "null", "{}", #"{"unknown":"base"}"#, #"{"unknown":"refuse"}"#, #"{"deadline_ms":1}"#,
        #"{"deadline_ms":600000}"#,
        #"{"cache_salt":"s"}"#, "{\"cache_salt\":\(Make.text(256))}", #"{"trace":true}"#, #"{"choice":["a","b"]}"#,
      ],
      invalid: [
        "1", "[]", #"{"unknown":"other"}"#, #"{"unknown":1}"#, #"{"deadline_ms":0}"#, #"{"deadline_ms":600001}"#,
        #"{"deadline_ms":1.5}"#, #"{"cache_salt":""}"#, "{\"cache_salt\":\(Make.text(257))}", #"{"trace":1}"#,
        #"{"choice":[]}"#,
      ]),
    FieldCase(name: "user", valid: ["\"u\"", "\"\"", "null", Make.text(1024)], invalid: ["1", "{}", Make.text(1025)]),
    FieldCase(name: "safety_identifier", valid: ["\"u\""], invalid: ["1"]),
    FieldCase(name: "prompt_cache_key", valid: ["\"u\""], invalid: ["1"]),
    FieldCase(name: "prompt_cache_retention", valid: ["\"24h\""], invalid: ["24"]),
    FieldCase(
      name: "prompt_cache_options", valid: ["{}", "null", #"{"mode":"explicit","ttl":"30m"}"#], invalid: ["[]", "1"]),
    FieldCase(
      name: "metadata",
      valid: [
        "{}", #"{"a":"b"}"#, Make.object(16) { "\"\($0)\":\"v\"" }, "{\"a\":\(Make.text(512))}",
        "{\(Make.text(64)):\"\"}",
      ],
      invalid: [
        "[]", #"{"a":1}"#, Make.object(17) { "\"\($0)\":\"v\"" }, "{\"a\":\(Make.text(513))}",
        "{\(Make.text(65)):\"\"}",
        #"{"":"a"}"#,
      ]),
    FieldCase(name: "store", valid: ["false", "null"], invalid: ["1", "\"false\""]),
    FieldCase(name: "store", valid: [], invalid: ["true"], code: .unsupportedParameter),
    FieldCase(name: "service_tier", valid: ["\"auto\"", "\"default\""], invalid: ["1"]),
    FieldCase(name: "service_tier", valid: [], invalid: ["\"flex\"", "\"Auto\""], code: .unsupportedParameter),
  ]

  static let ofChat: [FieldCase] = sampling + chatAlone
  static let ofCompletions: [FieldCase] = sampling + completionsAlone

  private static let chatAlone: [FieldCase] =
    [
      FieldCase(
        name: "max_completion_tokens", valid: ["1", "5.0", "2147483647"],
        invalid: ["0", "-1", "1.5", "2147483648", "1e300", "\"5\""]),
      FieldCase(name: "max_tokens", valid: ["1", "2147483647"], invalid: ["0", "-1", "1.5", "2147483648", "\"5\""]),
      FieldCase(name: "logprobs", valid: ["true", "false"], invalid: ["1", "5", "\"true\""]),
      FieldCase(
        name: "top_logprobs", valid: ["0", "20"], invalid: ["-1", "21", "1.5", "true"], with: "\"logprobs\":true"),
      FieldCase(
        name: "chat_template_kwargs", valid: ["{}", #"{"enable_thinking":false,"deep":{"a":[1]}}"#],
        invalid: ["[]", "1"]),
      FieldCase(
        name: "chat_template_kwargs", valid: [],
        invalid: [#"{"messages":[]}"#, #"{"tools":[]}"#, #"{"add_generation_prompt":true}"#],
        code: .unsupportedParameter),
      FieldCase(
        name: "modalities", valid: [#"["text"]"#, "null"], invalid: [#"["text","audio"]"#, "[]", "\"text\""],
        code: .unsupportedParameter),
      FieldCase(name: "parallel_tool_calls", valid: ["true", "false"], invalid: ["1"]),
      FieldCase(
        name: "tool_choice", valid: ["\"none\"", "null"], invalid: ["\"auto\"", "{}", "1"],
        code: .unsupportedParameter),
      FieldCase(
        name: "accrete",
        valid: [#"{"labels":["a"]}"#, "{\"labels\":\(Make.list(64) { "\"\($0)\"" })}"],
        invalid: [#"{"labels":[]}"#, #"{"labels":["a","a"]}"#, "{\"labels\":\(Make.list(65) { "\"\($0)\"" })}"]),
    ]

  private static let completionsAlone: [FieldCase] =
    [
      FieldCase(name: "max_tokens", valid: ["1", "2147483647"], invalid: ["0", "-1", "1.5", "2147483648"]),
      FieldCase(name: "max_tokens", valid: ["0"], invalid: ["-1"], with: "\"echo\":true"),
      FieldCase(name: "logprobs", valid: ["0", "5", "null"], invalid: ["-1", "6", "true", "1.5"]),
      FieldCase(name: "echo", valid: ["true", "false"], invalid: ["1", "\"\""]),
      FieldCase(name: "accrete", valid: [#"{"special":true}"#], invalid: [#"{"special":1}"#]),
    ]
}
