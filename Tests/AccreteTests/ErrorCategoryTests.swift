import Files
import Foundation
import Testing

/// Is what follows from an error decided once, for every error, and as the documents say?
@Suite struct ErrorCategoryTests {
  @Test func everyCaseHasItsExitCodeAndStatus() {
    for expected in ExpectedErrors.all {
      for error in expected.errors {
        let category = ErrorCategory(of: error)
        #expect(
          category.exitCode == expected.code && category.httpStatus == expected.status,
          "\(type(of: error)): \(category)")
      }
    }
  }

  /// An error of another library is nobody's fault but ours.
  @Test func otherErrorsAreDefects() {
    #expect(ErrorCategory(of: CocoaError(.fileNoSuchFile)) == .internal)
    #expect(ErrorCategory.internal.exitCode == 70)
  }

  /// The errors above are all that there are: every case of every type, as the sources have them.
  @Test func noCaseIsForgotten() throws {
    let sources = Accrete.package.appendingPathComponent("Sources")
    var errors: [String: [any AccreteError]] = [:]
    for error in ExpectedErrors.all.flatMap(\.errors) { errors["\(type(of: error))", default: []].append(error) }
    var types = Set<String>()
    for path in try FileManager.default.subpathsOfDirectory(atPath: sources.path) where path.hasSuffix(".swift") {
      let text = try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
      #expect(
        !text.contains(#/public (enum|struct|final class|class) \w+: Error\b/#), "\(path): an error without a category")
      for match in text.matches(of: #/(?m)^( *)(?:public )?(enum|struct) (\w+): AccreteError\b(?s:.*?)^\1\}/#) {
        let name = String(match.3)
        types.insert(name)
        let samples = errors[name] ?? []
        #expect(!samples.isEmpty, "\(path): \(name) is not among the errors that are tested")
        guard match.2 == "enum" else { continue }
        // Up to its first property, where the cases of its `switch` statements begin.
        let cases = match.0.prefix(upTo: match.0.firstRange(of: " var ")?.lowerBound ?? match.0.endIndex)
          .matches(of: #/(?m)^ +case (\w+)/#).map { String($0.1) }
        // A case without values has no label.
        let labels = samples.map { Mirror(reflecting: $0).children.first?.label }
        let named = Set(labels.compactMap(\.self))
        #expect(named.isSubset(of: cases), "\(name)")
        #expect(named.count + labels.count { $0 == nil } == cases.count, "\(name): \(Set(cases).subtracting(named))")
      }
    }
    #expect(types.count > 25 && types == Set(errors.keys), "\(types.symmetricDifference(errors.keys))")
  }

  private static let categories: [String: ErrorCategory] = [
    "usage": .usage, "notFound": .notFound, "conflict": .conflict, "data": .data, "tooLarge": .tooLarge,
    "damaged": .damaged, "incompatible": .incompatible, "internal": .internal, "inputOutput": .inputOutput,
    "resources": .resources, "stale": .stale, "busy": .busy,
  ]

  /// The table above the type says what the type does.
  @Test func theTableIsTrue() throws {
    let text = try Document("Sources/Files/ErrorCategory.swift").text
    let rows = text.matches(of: #/\/// \| ``(\w+)`` \| (\d+) \| (\d+) \|/#)
    #expect(Set(rows.map { String($0.1) }) == Set(Self.categories.keys))
    for row in rows {
      let category = try #require(Self.categories[String(row.1)])
      #expect(Int32(row.2) == category.exitCode && Int(row.3) == category.httpStatus, "\(row.1)")
    }
  }

  /// The page and the help name the codes that there are.
  @Test func theDocumentsNameEveryCode() throws {
    let page = try #require(
      Document("docs/progress.md").text.components(separatedBy: "## Exit codes").dropFirst().first)
    let section = page.components(separatedBy: "\n## ")[0]
    let named = section.matches(of: #/(?m)^\| ([0-9, ]+) \|/#).flatMap {
      $0.1.split(separator: ", ").compactMap { Int32($0) }
    }
    let signals = [SIGHUP, SIGINT, SIGTERM].map { ErrorCategory.interrupted(signal: $0).exitCode }
    let codes = Set(Self.categories.values.map(\.exitCode)).union(signals).union([0, 128 + SIGPIPE])
    #expect(Set(named) == codes && named.count == codes.count)
    let help = try Accrete.run(["--help"]).text
    for code in codes { #expect(help.contains(try Regex("\\b\(code)\\b")), "\(code)") }
  }
}
