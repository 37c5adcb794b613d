import Foundation
import Testing

@testable import Console

/// Are the pages, byte for byte, what they were when somebody looked at them last?
///
/// With `ACCRETE_PAGE_PREVIEW=FOLDER` every view and both assets are written into that folder, under the names by which the pages load
/// each other, to be looked at in a browser; what has been looked at and is right is copied to `Resources/page`.
@Suite struct PageGoldenTests {
  private static let folder = ProcessInfo.processInfo.environment["ACCRETE_PAGE_PREVIEW"]

  @Test(arguments: ["serving", "answer", "overview", "login", "review"])
  func golden(name: String) throws {
    let file = try #require(
      Bundle.module.url(forResource: name, withExtension: "html", subdirectory: "Resources/page"))
    let page = try #require(SamplePage.views().first { $0.name == name }).data
    let (got, expected) = (lines(page), lines(try Data(contentsOf: file)))
    let different = zip(got, expected).enumerated().first { $1.0 != $1.1 }
    #expect(
      different == nil && got.count == expected.count, "line \(different?.offset ?? min(got.count, expected.count))")
    if let (index, pair) = different { #expect(pair.0 == pair.1, "line \(index + 1) of \(name)") }
  }

  private func lines(_ data: Data) -> [String] {
    String(decoding: data, as: UTF8.self).components(separatedBy: "\n")
  }

  @Test(.enabled(if: PageGoldenTests.folder != nil)) func preview() throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder), isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let texts =
      HostileTexts.all + ["<", "\u{202E}", "&"].map { String(repeating: $0, count: 64 * 1024 / $0.utf8.count) }
    try JSONEncoder().encode(texts).write(to: folder.appendingPathComponent("hostile.json"))
    for (name, data) in SamplePage.views() + [("hostile", SamplePage.hostile(texts))] {
      try data.write(to: folder.appendingPathComponent(name + ".html"))
      // The same where no server answers: the assets lie beside it.
      let beside = String(decoding: data, as: UTF8.self).replacingOccurrences(of: "\"/assets/", with: "\"")
      try Data(beside.utf8).write(to: folder.appendingPathComponent("look-\(name).html"))
    }
    try PageAssets.styleSheet.write(to: folder.appendingPathComponent("page.css"))
    try PageAssets.script.write(to: folder.appendingPathComponent("page.js"))
  }
}
