import Foundation
import TestSupport
import Testing

@testable import Templates

/// Does anything that a template may hold end in text or in an error of ours?
@Suite struct HostileTemplateTests {
  private static let pieces: [[Unicode.Scalar]] = [
    "{{", "}}", "{%", "%}", "-%}", "{%-", "{#", "#}", "(", ")", "[", "]", "{", "}", "'", "\"", "|", ".", ",", ":", "=",
    "==", "~", "+",
    "-", "*", "**", "//", "%", "<", " in ", " is ", " not ", " if ", " else ", " and ", "[::-1]", "[-1]", ".x", "()",
    "\\", "\n", " ", "0", "9",
    "9223372036854775807", "1e308", "none", "loop", "ns", "x", "é", "\u{301}", "\u{0}", "\u{2028}", "😀", "|list",
    "|tojson", "|join", "{% if x %}",
    "{% endif %}", "{% endfor %}", "{% break %}", "{% set x = ", "{% raw %}", "{% endraw %}", "|map('", "|int", "|sort",
    ".items()",
  ].map { Array($0.unicodeScalars) }

  private func mutated(_ source: [Unicode.Scalar], _ draws: inout SplitMix64) -> String {
    var scalars = source
    for _ in 0..<Int.random(in: 1...3, using: &draws) {
      let position = Int.random(in: 0...scalars.count, using: &draws)
      switch Int.random(in: 0..<5, using: &draws) {
      case 0: scalars.insert(contentsOf: Self.pieces.randomElement(using: &draws) ?? [], at: position)
      case 1: scalars.removeSubrange(position..<min(scalars.count, position + Int.random(in: 1...4, using: &draws)))
      case 2:
        let end = min(scalars.count, position + Int.random(in: 1...12, using: &draws))
        scalars.insert(contentsOf: scalars[position..<end], at: Int.random(in: 0...scalars.count, using: &draws))
      case 3: scalars = Array(scalars[..<position])
      default:
        scalars.replaceSubrange(
          position..<min(scalars.count, position + 1), with: Self.pieces.randomElement(using: &draws) ?? [])
      }
    }
    return Text(scalars).string
  }

  /// Renders each; anything else than text or an error of ours ends the test, or the process.
  private func check(_ sources: [[Unicode.Scalar]], count: Int, seed: UInt64, _ variables: TemplateObject) throws -> (
    texts: Int, errors: Int
  ) {
    var draws = SplitMix64(seed)
    var limits = TemplateLimits()
    limits.work = 20_000
    var (texts, errors) = (0, 0)
    for _ in 0..<count {
      let source = mutated(sources.randomElement(using: &draws) ?? [], &draws)
      do {
        _ = try Template(source, limits: limits).render(variables, clock: TemplateClock(Date(timeIntervalSince1970: 0)))
        texts += 1
      } catch let error as TemplateError {
        errors += 1
        if error.location?.line ?? 0 < 1 || "\(error)".isEmpty { Issue.record("\(source.debugDescription): \(error)") }
      }
    }
    return (texts, errors)
  }

  /// Eight parts, so that all cores have one.
  @Test(arguments: 0..<8) func mutationsOfSmallTemplates(part: Int) throws {
    let file = try Goldens.object("expressions.json")
    let variables = try Goldens.members(file["variables"])
    let sources = try Goldens.cases(file).map { Array(try Goldens.string($0["source"]).unicodeScalars) }.filter {
      $0.count < 120
    }
    let (texts, errors) = try check(sources, count: 12_500, seed: UInt64(part), variables)
    #expect(texts + errors == 12_500 && texts > 1000 && errors > 1000)
  }

  @Test func mutationsOfTheFamilies() throws {
    let folder = try Goldens.url("templates")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
    let sources = try files.map { Array(try String(contentsOf: $0, encoding: .utf8).unicodeScalars) }
    #expect(sources.count == 15)
    let messages: TemplateValue = [
      ["role": "system", "content": "S"], ["role": "user", "content": "U"],
      ["role": "assistant", "content": "<think>1</think>A"],
    ]
    let variables: TemplateObject = [
      "messages": messages, "bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": true, "tools": .none,
    ]
    let (texts, errors) = try check(sources, count: 600, seed: 99, variables)
    #expect(texts + errors == 600 && texts > 20 && errors > 20)
  }

  /// All prefixes of a template: whatever is not closed is an error with a line that is there.
  @Test func everyPrefix() throws {
    for source in [
      "{% for m in x if m %}{{ m['a'].b|join(', ') ~ \"q\" }}{# c #}{% raw %}r{% endraw %}{% else %}e{% endfor %}\n"
    ] {
      for length in source.indices {
        let prefix = String(source[..<length])
        let result = try Goldens.ours { try Template(prefix).render(["x": [["a": ["b": ["c"]]]]]) }
        if case .failure(let error) = result { #expect(error.location?.line == 1, "\(prefix)") }
      }
      #expect(try Template(source).render(["x": [["a": ["b": ["c", "d"]]]]]) == "c, dqr")
    }
  }
}
