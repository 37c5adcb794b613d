import Foundation
import Records
import Testing

extension CommandLineTests {
  /// The version stands in one place of the sources; what people read says the same.
  @Suite struct VersionTests {
    private let version = Manifest.accreteVersion

    @Test func theChangelogBeginsWithIt() throws {
      let headings = try Document("CHANGELOG.md").text.matches(of: #/(?m)^## (.*)$/#).map { String($0.1) }
      #expect(headings.first == version)
      #expect(Set(headings).count == headings.count)
    }

    @Test func theProgramSaysIt() throws {
      #expect(try Accrete.run(["--version"]).text == "accrete \(version)\n")
    }

    @Test func whoDependsOnItIsToldToTakeIt() throws {
      let named = try Document("README.md").text.matches(of: #/from: "([0-9.]+)"/#).map { String($0.1) }
      #expect(named == [version])
    }

    @Test func noOtherFileStatesIt() throws {
      let sources = Accrete.package.appendingPathComponent("Sources")
      let files = try FileManager.default.subpathsOfDirectory(atPath: sources.path).filter { $0.hasSuffix(".swift") }
      let stating = try files.filter {
        try String(contentsOf: sources.appendingPathComponent($0), encoding: .utf8).contains("\"\(version)\"")
      }
      #expect(stating == ["Records/Manifest.swift"])
    }
  }
}
