import Foundation
import Testing

@testable import Templates

/// Does each construct, filter, method and test do what it does in jinja2, errors and their lines included?
@Suite struct ExpressionGoldenTests {
  /// Errors of ours where jinja2 has an answer: said in docs/templates.md.
  private func isDocumented(_ error: TemplateError, _ golden: Goldens.Outcome) -> Bool {
    guard case .text = golden, case .unsupported = error else { return false }
    return true
  }

  private func check(_ name: String, atLeast count: Int, unsupportedAtMost: Int) throws {
    let file = try Goldens.object(name)
    let variables = try Goldens.members(Goldens.object("expressions.json")["variables"])
    let cases = try Goldens.cases(file)
    #expect(cases.count >= count)
    var unsupported: [String] = []
    for golden in cases {
      let (source, outcome) = (try Goldens.string(golden["source"]), try Goldens.outcome(golden))
      let ours = try Goldens.ours { try Template(source).render(variables) }
      if case .failure(let error) = ours, isDocumented(error, outcome) {
        unsupported.append("\(source.debugDescription): \(error)")
        continue
      }
      if let difference = Goldens.difference(source, outcome, ours) { Issue.record("\(difference)") }
    }
    #expect(unsupported.count <= unsupportedAtMost, "\(unsupported.joined(separator: "\n"))")
  }

  @Test func expressions() throws { try check("expressions.json", atLeast: 340, unsupportedAtMost: 0) }

  /// Templates put together at random: white space around tags above all.
  @Test func randomTemplates() throws { try check("random.json", atLeast: 1000, unsupportedAtMost: 0) }
}
