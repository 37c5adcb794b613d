import Foundation
import Testing

@testable import Templates

/// Is everything that is wrong, or not supported, an error that says where and what?
@Suite struct TemplateErrorTests {
  private func error(_ source: String, _ variables: TemplateObject = [:]) throws -> TemplateError {
    let caught = #expect(throws: TemplateError.self) { try Template(source, name: "t").render(variables) }
    return try #require(caught)
  }

  @Test(arguments: [
    ("a\n{% include 'x' %}", "`include`"), ("\n\n{% import 'x' as y %}", "`import`"),
    ("{% from 'x' import y %}", "`from`"),
    ("{% extends 'x' %}", "`extends`"), ("{% block x %}{% endblock %}", "`block`"),
    ("{% call m() %}{% endcall %}", "`call`"),
    ("{% autoescape true %}{% endautoescape %}", "`autoescape`"), ("{% do x %}", "`do`"),
    ("\n{{ x|urlize }}", "`urlize`"),
    ("{{ x is nonsense }}", "`nonsense`"), ("{{ f(*x) }}", "`*`"), ("{{ f(**x) }}", "`**`"),
    ("{% macro m() %}{{ varargs }}{% endmacro %}", "`varargs`"),
    ("{% macro m() %}{{ kwargs }}{% endmacro %}", "`kwargs`"),
    ("{% macro m() %}\n{{ caller() }}{% endmacro %}", "`caller`"),
    ("{% for x in y recursive %}{% endfor %}", "`recursive`"),
    ("{{ 'a'.encode() }}", "`encode`"), ("{{ lipsum() }}", "`lipsum`"), ("{{ cycler(1) }}", "`cycler`"),
    ("{{ range }}", "function"),
    ("{{ namespace() }}", "namespace"), ("{{ {}.items }}", "method"), ("{{ [1]|map('string') }}", "iterator"),
    ("{% macro m() %}{% endmacro %}{{ m }}", "macro"), ("{% for x in [1] %}{{ loop }}{% endfor %}", "loop"),
    ("{{ '%5d' % 1 }}", "%5"),
    ("{{ '%.3s' % 'abcdef' }}", "digits before `%s`"), ("{{ '%.3d' % 5 }}", "digits before `%d`"),
    ("{{ '%.2r' % 'a' }}", "digits before `%r`"), ("{{ '%.99999999999999999999f' % 1 }}", "`%f` with"),
    ("{{ '{0:>5}'.format(1) }}", "{0:>5}"), ("{{ ('<'|safe)|upper }}", "`upper`"),
    ("{{ ('<'|safe).upper() }}", "`upper`"), ("{{ 1 is sameas 1 }}", "sameas"), ("{{ 1|round(20) }}", "20"),
    ("{{ '1'|int(0, 7) }}", "7"), ("{{ (1).real }}", "method"),
    ("{% for x in [1] %}{{ loop([2]) }}{% endfor %}", "loop"),
    ("{{ a[1:2, 3] }}", "slice"),
  ]) func unsupported(source: String, named: String) throws {
    let found = try error(source)
    guard case .unsupported(let location, _, let fix) = found else {
      Issue.record("another error: \(found)")
      return
    }
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    let expected =
      1 + (lines.firstIndex { $0.contains("{") && !$0.contains("{% macro m() %}") || lines.count == 1 } ?? 0)
    #expect(location.line == expected && !fix.isEmpty)
    #expect("\(found)".contains(named) && "\(found)".hasPrefix("t:\(expected): "), "\(found)")
  }

  @Test(arguments: [
    ("{{ missing.x }}", "`missing` is not defined"), ("{{ {}.a.b }}", "a dict has no `a`"),
    ("{{ missing() }}", "`missing`"),
    ("{{ missing + 1 }}", "`missing`"), ("{{ [][0].x }}", "a list has no such element"),
    ("{{ ([]|first).x }}", "first element"),
    ("{{ ('a' if false).x }}", "no `else`"), ("{{ missing < 1 }}", "`missing`"),
    ("{{ 'a'.nope() }}", "a text has no `nope`"),
    ("{{ [].append(1) }}", "`append` changes"),
    ("{% macro m(a) %}{{ a.b }}{% endmacro %}{{ m() }}", "`a` is not defined"),
    ("{% for x in [1] %}{{ loop.previtem.x }}{% endfor %}", "no item before"), ("{{ missing|tojson }}", "`missing`"),
  ]) func undefinedIsNamed(source: String, named: String) throws {
    let found = try error(source)
    guard case .undefined = found else {
      Issue.record("another error: \(found)")
      return
    }
    #expect("\(found)".contains(named), "\(found)")
  }

  @Test func whatATemplateRefuses() throws {
    let found = try error("a\n\n{% if true %}{{ raise_exception('no ' ~ 'tools\n!') }}{% endif %}")
    #expect(found == .raised(at: .init(template: "t", line: 3), message: "no tools\n!"))
    #expect("\(found)" == "t:3: the template refuses: no tools !")
  }

  /// A filter that nobody knows is an error as soon as the template is read, unless it may never be reached.
  @Test func unknownNamesInBranches() throws {
    #expect(throws: TemplateError.self) { try Template("{{ x|nope }}") }
    let branch = try Template("{% if tools %}\n{{ x|nope }}{{ y is nope }}{% endif %}ok")
    #expect(try branch.render(["tools": false]) == "ok")
    let reached = #expect(throws: TemplateError.self) { try branch.render(["tools": true]) }
    #expect(reached?.location?.line == 2)
  }

  @Test func theLineOfARuntimeErrorIsThatOfItsPart() throws {
    let source = "{% for x in xs %}\n  {{ x }}\n  {% set y = x.a +\n    1 %}\n{% endfor %}"
    #expect(try error(source, ["xs": [["a": "s"]]]).location?.line == 3)
    #expect(try error("{% macro m(a) %}\n{{ a.b.c }}\n{% endmacro %}\n\n{{ m({}) }}").location?.line == 2)
    #expect(try error("x\n{{ [1,\n 2]|join(1, 2,\n 3) }}").location?.line == 3)
  }

  @Test(arguments: [
    ("{% if a %}\n\n{% for x in y %}\n", 3, "`{% endfor %}` or `{% else %}` for the block in line 3"),
    ("{% if a %}\n{% endfor %}", 2, "`{% elif %}` or `{% else %}` or `{% endif %}`"), ("\n{{ a", 2, "begins in line 2"),
    ("{{ 'a\nb", 1, "closing '"), ("\n\n{# a\n", 3, "`#}`"), ("{% raw %}\n", 1, "`{% endraw %}`"), ("{{ (1]", 1, "`)`"),
    ("{{ 1 } }}", 1, "`}`"), ("{{ ä$ }}", 1, "`$`"), ("{% set loop = 1 %}", 1, "`loop`"),
    ("{% macro m(a, a) %}", 1, "`a`"),
    ("{{ f(a=1, a=2) }}", 1, "twice"), ("{% for x in [1] %}{% endfor %}{% break %}", 1, "a loop around"),
  ]) func syntax(source: String, line: Int, named: String) throws {
    let found = try error(source)
    guard case .syntax(let location, _, _) = found else {
      Issue.record("another error: \(found)")
      return
    }
    #expect(location.line == line && "\(found)".contains(named), "\(found)")
  }

  /// Messages do not repeat what is long, and stand on one line.
  @Test func messagesAreShort() throws {
    let long = String(repeating: "ab\u{7}", count: 5000)
    for source in [
      "{{ raise_exception(x) }}", "{{ y.\(long.filter(\.isLetter)) }}", "{{ z|\(long.filter(\.isLetter)) }}",
      "{% \(long.filter(\.isLetter)) %}", "{{ x.index('q') }}", "{{ {}[x].y }}", "{{ strftime_now(x * 9) }}",
      "{{ '\(long)'() }}",
    ] {
      let found = try error(source, ["x": .text(long), "z": "a"])
      #expect("\(found)".count < 1200 && "\(found)".allSatisfy { $0 >= " " }, "\("\(found)".count) characters")
    }
  }
}
