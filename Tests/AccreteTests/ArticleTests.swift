import Foundation
import Testing

/// What the articles of the documentation show is the examples' code: it compiles, and it runs.
@Suite struct ArticleTests {
  private static let catalog = "Sources/Evolution/Accrete.docc"

  /// A text's lines as far as they say something, without their indentation.
  private func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
  }

  private func files(_ folder: String, _ ending: String) throws -> [Document] {
    try FileManager.default.subpathsOfDirectory(atPath: Accrete.package.appendingPathComponent(folder).path)
      .filter { $0.hasSuffix(ending) }.sorted().map { try Document("\(folder)/\($0)") }
  }

  @Test func everyBlockStandsInAnExample() throws {
    let programs = try files("Examples/Sources", ".swift").map { lines($0.text) }
    var count = 0
    for article in try files(Self.catalog, ".md") {
      for block in article.blocks("swift").map(lines) {
        count += 1
        // `…` on a line of its own stands for what is left out.
        for part in block.split(separator: "// …") {
          #expect(
            programs.contains { $0.contains(Array(part)) }, "\(article.name): \(part.joined(separator: "\n"))")
        }
      }
    }
    #expect(count >= 10)
  }

  /// Every program has its line in the examples' page, and is started there by its name.
  @Test func everyProgramIsNamed() throws {
    let page = try Document("Examples/README.md").text
    let manifest = try Document("Examples/Package.swift").text
    let programs = manifest.matches(of: #/program\(\s*"([a-z-]+)"/#).map { String($0.1) }
    #expect(programs.count == 4)
    for program in programs { #expect(page.contains("| `\(program)` |")) }
  }
}
