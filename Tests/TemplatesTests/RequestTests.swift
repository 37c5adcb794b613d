import Files
import Foundation
import Testing

@testable import Templates

/// Is JSON read as it is written: keys in their order, whole numbers apart, errors with their line?
@Suite struct RequestTests {
  private func value(_ json: String) throws -> TemplateValue { try TemplateValue(json: Data(json.utf8), name: "in") }

  @Test func values() throws {
    #expect(try value(" [1, -2, 1.0, 1e2, true, false, null, \"a\"] ") == [1, -2, 1.0, 100.0, true, false, .none, "a"])
    #expect(try value("{}") == [:])
    #expect(try value("[]") == [])
    #expect(try value(#""\u00e9\n\"\\ \ud83d\ude00é\/""#) == "é\n\"\\ 😀é/")
    #expect(try value("[9223372036854775807, -0, 0.5e-3]") == [.integer(.max), 0, 0.0005])
    guard case .object(let object) = try value(#"{"z": 1, "a": {"y": [], "b": 2}, "m": 3}"#) else {
      Issue.record("no object")
      return
    }
    #expect(object.members.map(\.name) == ["z", "a", "m"] && object["m"] == 3)
    // Equal to a reader, not to a computer.
    #expect(try value("{\"\u{e9}\": 1, \"e\u{301}\": 2}") != .none)
  }

  /// jinja2 says the same.
  @Test func variablesAreNamedByCodePoints() throws {
    let source = "{{ e\u{301} is defined }} {{ {'\u{e9}': 1, 'e\u{301}': 2} | length }}"
    #expect(try Template(source, name: "t").render(["\u{e9}": 1]) == "False 2")
    #expect(try Template(source, name: "t").render(["e\u{301}": 1]) == "True 2")
  }

  @Test(arguments: [
    "", " ", "[1,]", "{\"a\"}", "{\"a\" 1}", "[1 2]", "{a: 1}", "01", "1.", ".5", "+1", "1e", "-", "tru", "nul", "\"a",
    "\"\\x\"", "\"\\ud800\"",
    "\"a\nb\"", "[1] 2", "9223372036854775808", "1e999", "{\"a\": 1, \"a\": 2}", "'a'", "[", "{\"a\":", "NaN", "1.e5",
    "--1", "1-2",
  ]) func whatIsNoJSON(json: String) throws {
    let caught = #expect(throws: TemplateError.self) { try value(json) }
    guard case .malformed("in", let key, _, _)? = caught else {
      Issue.record("another error: \(String(describing: caught))")
      return
    }
    #expect(key.hasPrefix("line 1"))
  }

  @Test func linesAndDepth() throws {
    let caught = #expect(throws: TemplateError.self) { try value("{\n\"a\": 1,\n\"b\": ?}") }
    #expect(
      caught.map { "\($0)" }
        == "in, line 3: found `?`, which is not a JSON value; expected JSON. Fix the file, or download it again."
    )
    let deep = { (levels: Int) in String(repeating: "[", count: levels) + String(repeating: "]", count: levels) }
    #expect(throws: Never.self) { try value(deep(JSONFile.depthLimit)) }
    #expect(throws: TemplateError.self) { try value(deep(JSONFile.depthLimit + 1)) }
    #expect(throws: TemplateError.self) { try value(deep(100_000)) }
    #expect(throws: TemplateError.self) { try TemplateValue(json: Data([0x22, 0xFF, 0x22]), name: "in") }
  }

  @Test func aRequest() throws {
    let request = try ChatRequest(
      json: Data(
        #"{"messages": [{"role": "user", "content": "x"}], "enable_thinking": false, "add_generation_prompt": true}"#
          .utf8),
      name: "in")
    #expect(
      request.messages == [["role": "user", "content": "x"]] && request.addGenerationPrompt && request.tools == nil)
    #expect(request.variables == ["enable_thinking": false])
    let tools = try ChatRequest(
      json: Data(#"{"messages": [], "tools": [1], "add_generation_prompt": null}"#.utf8), name: "in")
    #expect(tools.tools == [1] && !tools.addGenerationPrompt && tools.variables.members.isEmpty)
  }

  @Test(arguments: [
    ("[]", "an object"), ("{}", "messages"), (#"{"messages": {}}"#, "messages"), (#"{"messages": [1]}"#, "messages[0]"),
    (#"{"messages": [], "tools": {}}"#, "tools"),
    (#"{"messages": [], "add_generation_prompt": 1}"#, "add_generation_prompt"),
  ]) func wrongRequests(json: String, named: String) throws {
    let caught = #expect(throws: TemplateError.self) { try ChatRequest(json: Data(json.utf8), name: "in") }
    #expect(caught.map { "\($0)" }?.contains(named) == true)
  }

  @Test func objectsKeepTheirOrder() throws {
    var object: TemplateObject = ["b": 1, "a": 2, "c": 3]
    object["a"] = nil
    object["b"] = 9
    object["a"] = 4
    object["x"] = nil
    #expect(object.members.map(\.name) == ["b", "c", "a"] && object["b"] == 9 && object["c"] == 3 && object["a"] == 4)
    #expect(object.merging(["c": 5, "d": 6]).members.map(\.name) == ["b", "c", "a", "d"])
    #expect(try Template("{{ x|tojson }}").render(["x": .object(object)]) == #"{"b": 9, "c": 3, "a": 4}"#)
  }

  /// Nothing a template does changes what it was given, and one rendering knows nothing of another.
  @Test func renderingsAreApart() throws {
    let template = try Template(
      "{% set ns = namespace(n=0) %}{% set ns.n = ns.n + x|length %}{{ ns.n }}{% set x = 5 %}{{ x }}")
    for _ in 0..<3 { #expect(try template.render(["x": [1, 2]]) == "25") }
  }
}
