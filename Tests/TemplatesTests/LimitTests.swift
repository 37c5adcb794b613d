import Foundation
import Testing

@testable import Templates

/// Does a template that asks for too much end in an error that says so, and soon?
@Suite struct LimitTests {
  private func limit(_ source: String, _ limits: TemplateLimits = TemplateLimits()) throws -> String {
    let caught = #expect(throws: TemplateError.self) {
      try Template(source, name: "t", limits: limits).render(["s": "abc", "n": 3])
    }
    guard case .limit(_, let what, _)? = caught else {
      Issue.record("another error: \(String(describing: caught)) for \(source.prefix(80))")
      return ""
    }
    return what
  }

  private func nested(_ opening: String, _ inner: String, _ closing: String, _ levels: Int) -> String {
    String(repeating: opening, count: levels) + inner + String(repeating: closing, count: levels)
  }

  @Test(arguments: [1_000, 10_000]) func deepExpressions(levels: Int) throws {
    for (opening, inner, closing) in [
      ("(", "1", ")"), ("[", "", "]"), ("{'a':", "1", "}"), ("-", "1", ""), ("not ", "1", ""), ("f(", "", ")"),
      ("s[", "1", "]"),
      ("", "s", ".a"), ("", "s", "|upper"), ("", "s", " + s"), ("", "s", "()"), ("1 if 1 else ", "1", ""),
      ("1 ** ", "1", ""),
      ("", "s", "[0]"), ("s is eq(", "1", ")"), ("", "s", " or s"), ("", "1", " if 1"), ("s[:", "1", "]"),
    ] {
      var limits = TemplateLimits()
      limits.source = 4 << 20
      let what = try limit("{{ " + nested(opening, inner, closing, levels) + " }}", limits)
      #expect(what.contains("nested too deeply"), "\(opening)…\(closing): \(what)")
    }
    #expect(try limit("{% set " + nested("(", "a", ")", levels) + " = 1 %}").contains("nested"))
    #expect(try limit("{% for " + nested("(", "a", ",)", levels) + " in s %}{% endfor %}").contains("nested"))
    for (opening, closing) in [
      ("{% if 1 %}", "{% endif %}"), ("{% for x in s %}", "{% endfor %}"), ("{% set x %}", "{% endset %}"),
      ("{% macro m() %}", "{% endmacro %}"), ("{% with %}", "{% endwith %}"),
      ("{% generation %}", "{% endgeneration %}"),
      ("{% filter upper %}", "{% endfilter %}"), ("{% if 1 %}{% else %}", "{% endif %}"),
    ] {
      let source = nested(opening, "x", closing, levels)
      #expect(try limit(source).contains("blocks are nested too deeply"))
    }
  }

  @Test func veryDeepBrackets() throws {
    for (opening, closing) in [("(", ")"), ("[", "]")] {
      let source = "{{ " + nested(opening, "1", closing, 100_000) + " }}"
      #expect(try limit(source).contains("nested too deeply"))
    }
  }

  /// What is long but not deep is no matter.
  @Test func longIsNotDeep() throws {
    let branches = (0..<3000).map { "{% elif n == \($0) %}\($0)" }.joined()
    #expect(try Template("{% if 0 %}\(branches){% endif %}").render(["n": 2999]) == "2999")
    let concatenated = (0..<3000).map { "\($0 % 10)" }.joined(separator: " ~ ")
    #expect(try Template("{{ \(concatenated) }}").render([:]).count == 3000)
    let chained = (0..<3000).map { "\($0)" }.joined(separator: " < ")
    #expect(try Template("{{ \(chained) }}").render([:]) == "True")
    #expect(try Template("{{ [\(String(repeating: "1, ", count: 5000))]|sum }}").render([:]) == "5000")
  }

  @Test(arguments: [
    "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    "{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{{ 'a' * 9223372036854775807 }}", "{{ [1, 2] * 9223372036854775807 }}", "{{ s * 1000000000 }}",
    "{{ (1,) * 1000000000 }}",
    "{{ s.center(9223372036854775807) }}", "{{ s.zfill(1000000000) }}", "{{ s|center(1000000000) }}",
    "{{ s|indent(1000000000) }}",
    "{{ s.ljust(9223372036854775807) }}", "{{ [1]|batch(9223372036854775807, 'x')|list }}",
    "{% set a = 'x' * 100000 %}{{ a.replace('x', a) }}", "{% set a = 'x' * 100000 %}{{ a|replace('', a) }}",
    "{% set a = ('x\\n' * 100000) %}{{ a|indent(1000000) }}",
    "{% set a = 'x' * 300000 %}{{ (a, a, a, a, a, a, a, a, a)|join(a) }}",
    "{% set a = 'x' * 300000 %}{% for i in range(100000) %}{% if a == a %}{% endif %}{% endfor %}",
    "{% set a = 'x' * 300000 %}{% for i in range(100000) %}{% set b = 'y' in a %}{% endfor %}",
    "{% set a = 'x' * 300000 %}{% for i in range(100000) %}{% set b = {a: 1} %}{% endfor %}",
    "{% set ns = namespace(x=[]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=[]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}",
    "{% set ns = namespace(x=[], y=[]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
    "{% set ns = namespace(x=(), y=()) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}",
    "{% set ns = namespace(x=(), y=()) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {}[ns.x] }}",
    "{% set ns = namespace(x=(), y=()) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ [ns.x]|unique|list }}",
  ]) func endlessWork(source: String) throws {
    var limits = TemplateLimits()
    limits.work = 400_000
    #expect(try limit(source, limits) == "the template works without end")
  }

  /// The more a template is given, the more it may do; what it makes itself counts for nothing.
  @Test func workGrowsWithWhatIsGiven() throws {
    var limits = TemplateLimits()
    (limits.work, limits.workPerGiven) = (1000, 16)
    let source = "{% for i in range(2) %}{{ s|upper|length }}{% endfor %}"
    let text = String(repeating: "x", count: 10_000)
    #expect(try Template(source, limits: limits).render(["s": .text(text)]) == "1000010000")
    limits.workPerGiven = 4
    #expect(throws: TemplateError.self) { try Template(source, limits: limits).render(["s": .text(text)]) }
    #expect(try limit("{% set s = 'x' * 10000 %}" + source, limits) == "the template works without end")
  }

  /// What is made is counted before it is, all of it, whatever becomes of it.
  @Test(arguments: [
    "{{ 'x' * 30000 }}", "{{ [1] * 3000 }}", "{{ s.split()|length }}", "{{ s.split('b')|length }}",
    "{{ s|list|length }}",
    "{{ s.splitlines()|length }}", "{{ s|replace('a', 'xxxxxxxxxx')|length }}", "{{ [s, s, s, s, s]|join|length }}",
    "{{ (s ~ s ~ s ~ s)|length }}", "{{ [s, s]|tojson|length }}", "{{ s|center(30000)|length }}",
    "{{ range(3000)|list|length }}",
    "{% for i in range(100) %}{% set x = s|upper %}{% endfor %}", "{{ [s, s, s]|string|length }}",
    "{{ s }}{{ s }}{{ s }}{{ s }}", "{{ s|indent(2)|length }}", "{{ s|batch(1, 'x')|list|length }}",
  ]) func memory(source: String) throws {
    var limits = TemplateLimits()
    limits.memory = 100_000
    let text = TemplateValue.text(String(repeating: "ab\n", count: 2500))
    #expect(
      throws: TemplateError.limit(
        at: .init(template: "t", line: 1), what: "the template makes too much", limit: 100_000)
    ) {
      try Template(source, name: "t", limits: limits).render(["s": text])
    }
    limits.memory = 10_000_000
    #expect(throws: Never.self) { try Template(source, name: "t", limits: limits).render(["s": text]) }
  }

  @Test func words() throws {
    for (text, count) in [("", 0), ("a", 1), ("  ab_1  c-d é漢.", 4), ("...", 0), ("½ x", 2)] {
      #expect(try Template("{{ s|wordcount }}").render(["s": .text(text)]) == "\(count)", "\(text)")
    }
    // Counted by the character, as all that looks at properties is.
    var limits = TemplateLimits()
    (limits.work, limits.workPerGiven) = (4000, 0)
    #expect(throws: TemplateError.self) {
      try Template("{{ s|wordcount }}", limits: limits).render(["s": .text(String(repeating: "x", count: 1000))])
    }
  }

  @Test func deepValues() throws {
    for (start, step) in [("[]", "[ns.x]"), ("{}", "{'a': ns.x}"), ("()", "(ns.x,)"), ("[].count", "[ns.x].count")] {
      let source =
        "{% set ns = namespace(x=\(start)) %}{% for i in range(100000) %}{% set ns.x = \(step) %}{% endfor %}"
      #expect(try limit(source) == "lists and dicts are nested too deeply")
    }
    var value = TemplateValue.none
    for _ in 0..<200 { value = .list([value]) }
    #expect(throws: TemplateError.self) { try Template("").render(["x": value]) }
  }

  @Test func endlessMacros() throws {
    #expect(try limit("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}") == "evaluation is nested too deeply")
    #expect(
      try limit(
        "{% macro a(x) %}{{ b(x ~ 1) }}{% endmacro %}{% macro b(x) %}{% for y in [1] %}{% if 1 %}{{ a(x) ~ 1 }}{% endif %}{% endfor %}{% endmacro %}{{ a(1) }}"
      )
        == "evaluation is nested too deeply")
    #expect(
      try Template("{% macro f(n) %}{{ n }}{{ f(n - 1) if n else '' }}{% endmacro %}{{ f(40) }}").render([:]).hasPrefix(
        "403938"))
  }

  @Test func outputAndSource() throws {
    var limits = TemplateLimits()
    (limits.output, limits.source) = (10, 60)
    #expect(try limit("{{ 'a' * 11 }}", limits) == "the text becomes too long")
    #expect(try Template("{{ 'a' * 10 }}", limits: limits).render([:]) == "aaaaaaaaaa")
    #expect(try limit(String(repeating: "x", count: 61), limits) == "the template is too long")
  }

  @Test func numbers() throws {
    for source in [
      "9223372036854775807 + 1", "-9223372036854775807 - 2", "9223372036854775807 * 2", "2 ** 63", "3 ** 9999999",
      "-(-9223372036854775807 - 1)", "(-9223372036854775807 - 1) // -1", "(-9223372036854775807 - 1)|abs",
      "'9223372036854775808'|int",
      "1e300|int", "'1e300'|int", "99999999999999999999", "0xffffffffffffffffff", "[9223372036854775807, 1]|sum",
    ] {
      let what = try limit("{{ \(source) }}")
      #expect(what.contains("64 bits") || what.contains("digits"), "\(source): \(what)")
    }
    #expect(
      try Template(
        "{{ (-9223372036854775807 - 1) % -1 }} {{ -9223372036854775807 - 1 }} {{ 0 ** 0 }} {{ (-1) ** 9223372036854775807 }} {{ 1 ** 9223372036854775807 }}"
      )
      .render([:]) == "0 -9223372036854775808 1 -1 1")
  }

  @Test func ranges() throws {
    for source in [
      "range(100001)", "range(-1, 100001)", "range(9223372036854775807)",
      "range(-9223372036854775807, 9223372036854775807)",
    ] {
      #expect(try limit("{{ \(source)|length }}") == "`range` has too many elements")
    }
    #expect(
      try Template("{{ range(100000)|length }}{{ range(9223372036854775807, 0)|list }}").render([:]) == "100000[]")
    #expect(
      try Template("{{ range(9223372036854775806, 9223372036854775807, 9223372036854775807)|list }}").render([:])
        == "[9223372036854775806]")
    #expect(
      try Template(
        "{{ 'abc'[-9223372036854775807:9223372036854775807:9223372036854775807] }}{{ 'abc'[::-9223372036854775807] }}"
      )
      .render([:]) == "ac")
  }
}
