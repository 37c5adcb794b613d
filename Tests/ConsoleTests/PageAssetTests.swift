import Foundation
import Testing

@testable import Console

/// Are the two files that the page loads small, complete and of this server alone?
@Suite struct PageAssetTests {
  private let style = String(decoding: PageAssets.styleSheet, as: UTF8.self)
  private let script = String(decoding: PageAssets.script, as: UTF8.self)

  @Test func nothingFromElsewhere() {
    #expect(PageAssets.script.count <= 30 * 1024 && PageAssets.styleSheet.count <= 30 * 1024)
    for word in ["http:", "https:", "//", "@import", "url("] { #expect(!style.contains(word), "\(word)") }
    for word in [
      "http:", "https:", "import(", "eval(", "Function(", "document.write", "outerHTML", "insertAdjacentHTML", ".style",
    ] {
      #expect(!script.contains(word), "\(word)")
    }
    // Markup is parsed into a document of its own, in which nothing runs, and is never assigned.
    #expect(!script.contains(#/innerHTML\s*=[^=]/#))
    // Each address that it asks for is one of the page's own, from the page or from here.
    #expect(script.matches(of: #/"\/[a-z]/#).count == 1 && script.contains("\"\(PagePath.events)?topics="))
  }

  /// Each element that the script looks for is on the page.
  @Test func theScriptFindsItsElements() throws {
    let pages = SamplePage.views().filter { ["serving", "review"].contains($0.name) }
    let ids = Set(try pages.flatMap { try PageElement.page($0.data).all.compactMap { $0["id"] } })
    let wanted = Set(script.matches(of: #/by\("([a-z-]+)"\)/#).map { String($0.1) })
    #expect(wanted.count > 10 && wanted.subtracting(ids).isEmpty, "\(wanted.subtracting(ids))")
    #expect(script.contains("visibilitychange") && script.contains("document.hidden"))
  }

  @Test func everybodyCanReadIt() {
    for rule in [
      "prefers-color-scheme: dark", "prefers-reduced-motion: reduce", ":focus-visible { outline: 2px",
      "overflow-x: auto",
      "overflow-wrap: anywhere",
    ] { #expect(style.contains(rule), "\(rule)") }
    // Nothing is wider than the narrowest screen.
    #expect(!style.contains(#/[^-]width: *(?:3[2-9]\d|[4-9]\d\d|\d{4,})px/#))
    // Every brace is closed: what follows an open one would be lost.
    #expect(style.count { $0 == "{" } == style.count { $0 == "}" })
    #expect(script.count { $0 == "{" } == script.count { $0 == "}" })
  }

  /// Each class of the views has a rule.
  @Test func everyClassHasARule() throws {
    var classes: Set<String> = []
    for view in SamplePage.views() {
      for names in try PageElement.page(view.data).all.compactMap({ $0["class"] }) {
        classes.formUnion(names.split(separator: " ").map(String.init))
      }
    }
    let unstyled: Set = ["label", "value", "line", "desk-main", "legend", "swatch", "name"]
    for name in classes.subtracting(unstyled) {
      let rule = try Regex("\\.\(name)(?![a-z-])")
      #expect(style.contains(rule), "\(name)")
    }
  }
}
