import Files
import Foundation
import Testing

@testable import Console

/// Is a text a text wherever it stands, whoever wrote it?
@Suite struct HostileTextTests {
  /// The names of a page's elements, without the marks that depend on the text.
  private func shape(_ page: PageElement) -> [String] {
    page.all.filter { !($0.name == "span" && $0["class"] == "mark") }.map { element in
      ([element.name] + element.attributes.map(\.name)).joined(separator: " ")
    }
  }

  /// Views that hold texts of others, and none that is part of another view.
  ///
  /// - Parameter all: Whether those that are not of serving are among them.
  private func pages(_ text: String, all: Bool) throws -> [(name: String, page: PageElement)] {
    let views = SamplePage.servingViews(text) + (all ? SamplePage.consoleViews(text) : [])
    return try views.filter { !$0.name.contains("empty") && !["serving", "live"].contains($0.name) }.map {
      (name: $0.name, page: try PageElement.page($0.data))
    }
  }

  @Test func manyTexts() throws {
    #expect(HostileTexts.all.count == 200)
    let plain = try pages("x", all: true).map { shape($0.page) }
    for (index, text) in HostileTexts.all.enumerated() {
      let shown = Comment(rawValue: String(text.debugDescription.prefix(80)))
      // All views are long to read: every seventh text, which has another body and another wrapping each time.
      let pages = try pages(text, all: index % 7 == 0)
      #expect(pages.map { shape($0.page) } == Array(plain.prefix(pages.count)), shown)
      for (name, page) in pages where name == "answer" {
        // A person reads the text, code point by code point: name, id, alias, state, code, failure, route, label, model, text and others.
        let quoted = page.all("bdi").filter { $0.source.hasSameCodePoints(as: text) }
        #expect(quoted.count >= 10, shown)
        let field = try #require(page.all("textarea").first)
        let typed = text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }
        #expect(Array(field.text.unicodeScalars) == ["\n"] + typed, shown)
        // Marks stand in quoted texts alone.
        let marks = { (elements: [PageElement]) in elements.filter { $0["class"] == "mark" }.count }
        #expect(marks(page.all("span")) == marks(page.all("bdi").flatMap { $0.all("span") }), shown)
      }
    }
  }

  @Test(arguments: ["<", "\u{202E}", "é", "\u{0}", "&"])
  func hugeTexts(piece: String) throws {
    func page(_ text: String) throws -> PageElement {
      var trial = SamplePage.trial()
      trial.text = text
      return try PageElement.page(SamplePage.page.serving(SamplePage.data, trial: trial))
    }
    let text = String(repeating: piece, count: 64 * 1024 / piece.utf8.count)
    let (huge, plain) = (try page(text), try page("x"))
    #expect(shape(huge) == shape(plain))
    #expect(huge.all("bdi").contains { $0.source.hasSameCodePoints(as: text) })
  }

  /// The same in every field: not one element more than with a short text.
  @Test func hugeTextsEverywhere() {
    let tags = { (views: [(name: String, data: Data)]) in views.map { $0.data.count { $0 == UInt8(ascii: "<") } } }
    let long = { String(repeating: "<", count: $0) }
    #expect(tags(SamplePage.servingViews(long(64 * 1024))) == tags(SamplePage.servingViews("x")))
    #expect(tags(SamplePage.consoleViews(long(2 * 1024))) == tags(SamplePage.consoleViews("x")))
  }

  /// What changes the direction of writing, or shows nothing, never stands in a page as it is but in the field where it was typed.
  @Test func nothingHidden() throws {
    let hidden: Set<Unicode.Scalar> = ["\u{202E}", "\u{0}", "\u{200B}"]
    for (name, data) in SamplePage.views("a\u{202E}b\u{0}\u{200B}") {
      let page = try PageElement.page(data)
      for element in page.all where element.name != "textarea" {
        let shown = element.ownText + element.attributes.map(\.value).joined()
        #expect(!shown.unicodeScalars.contains { hidden.contains($0) }, "\(name), \(element.name)")
      }
    }
  }
}
