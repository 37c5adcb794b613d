import Foundation

/// A page of the documents, and what stands in it.
struct Document: Sendable {
  /// Its path in the package.
  let name: String
  let text: String

  init(_ name: String) throws {
    self.name = name
    text = try String(contentsOf: Accrete.package.appendingPathComponent(name), encoding: .utf8)
  }

  /// README.md and all below docs.
  static func all() throws -> [Document] {
    let docs = try FileManager.default.subpathsOfDirectory(atPath: Accrete.package.appendingPathComponent("docs").path)
    return try (["README.md"] + docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }).map(Document.init)
  }

  /// What stands between two fences, with the word behind the first of them.
  var blocks: [(language: String, text: String)] {
    text.matches(of: #/(?m)^```([a-z]*)\n((?s:.*?))^```$/#).map { (String($0.1), String($0.2)) }
  }

  /// The blocks of a language.
  func blocks(_ language: String) -> [String] { blocks.filter { $0.language == language }.map(\.text) }

  /// What stands between two backquotes outside of the blocks.
  var codes: [String] {
    text.replacing(#/(?m)^```[a-z]*\n(?s:.*?)^```$/#, with: "").matches(of: #/`([^`\n]+)`/#).map { String($0.1) }
  }
}
