import Foundation
import Testing

@testable import Console

/// Can everybody use the page, and nobody else?
@Suite struct PageAccessTests {
  private func pages() throws -> [(name: String, page: PageElement)] {
    try SamplePage.views().map { ($0.name, try PageElement.page($0.data)) }
  }

  private func words(_ element: PageElement) -> String { element.text.trimmingCharacters(in: .whitespacesAndNewlines) }

  @Test func everyControlHasAName() throws {
    var controls = 0
    for (view, page) in try pages() {
      let labels = page.all("label").filter { !words($0).isEmpty }
      let labelled = Set(labels.compactMap { $0["for"] })
      let within = labels.flatMap { $0.all("input") }
      for element in page.all {
        switch element.name {
        case "button", "a", "option": #expect(!words(element).isEmpty, "\(view): \(element.name)")
        case "input" where element["type"] == "hidden": continue
        case "input", "select", "textarea":
          #expect(
            within.contains { $0 === element } || element["id"].map { labelled.contains($0) } == true,
            "\(view): \(element.name) \(element["name"] ?? "")")
        default: continue
        }
        controls += 1
      }
      // What can be reached by the keyboard and is no control has a name, too.
      for box in page.all where box["role"] == "region" { #expect(box["aria-label"]?.isEmpty == false, "\(view)") }
      // A section is a landmark by its heading, and so is the box of a table in it: a list of both says each name once.
      let titles = page.all("section").compactMap { section in
        page.all.first { $0["id"] == section["aria-labelledby"] }.map(words)
      }
      let landmarks = titles + page.all.filter { $0["role"] == "region" }.compactMap { $0["aria-label"] }
      #expect(Set(landmarks).count == landmarks.count, "\(view): \(landmarks)")
    }
    #expect(controls > 50)
  }

  /// The same words on two buttons of a view mean the same, or say on what.
  @Test func controlsOfARowSayItsName() throws {
    for (view, page) in try pages() {
      let names = page.all("button").map(words) + page.all("summary").map(words)
      #expect(view != "serving" || names.contains("Unpin spam@7") && names.contains("Unload spam@7"))
      let buttons = page.all("button").map(words)
      #expect(Set(buttons).count == buttons.count, "\(view): \(buttons)")
      let summaries = page.all("summary").map(words)
      #expect(Set(summaries).count == summaries.count, "\(view): \(summaries)")
    }
    let labels = try #require(try pages().first { $0.name == "serving" }).page.all("label").map(words)
    #expect(Set(labels).count == labels.count)
  }

  @Test func headingsAndLandmarks() throws {
    for (view, page) in try pages() where view != "live" {
      #expect(page.all("main").count == 1 && page.all("h1").count == 1, "\(view)")
      #expect(page.all("html").first?["lang"] == "en" && !(page.all("title").first?.text.isEmpty ?? true), "\(view)")
      // No level is left out on the way down.
      let levels = page.all.compactMap { $0.name.wholeMatch(of: #/h([1-6])/#).flatMap { Int($0.1) } }
      #expect(levels.first == 1 && zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 }, "\(view): \(levels)")
      let ids = page.all.compactMap { $0["id"] }
      #expect(Set(ids).count == ids.count, "\(view): \(ids)")
      for element in page.all {
        for key in ["aria-labelledby", "aria-describedby", "for"] {
          for id in (element[key] ?? "").split(separator: " ") { #expect(ids.contains(String(id)), "\(view): \(id)") }
        }
      }
      #expect(page.all("a").first?["href"] == "#content" && ids.contains("content"), "\(view)")
    }
  }

  /// Each form is posted with the session's token, but for the one that opens a session.
  @Test func everyFormHasAToken() throws {
    for (view, page) in try pages() {
      for form in page.all("form") {
        // What changes nothing needs none, and can be kept as an address.
        if form["method"] == "get" {
          #expect(["/items", "/releases", "/experts/sms_spam", "/experts/spam"].contains(form["action"]), "\(view)")
          #expect(!form.all("input").contains { $0["name"] == "csrf" }, "\(view)")
          continue
        }
        #expect(form["method"] == "post")
        let tokens = form.all("input").filter { $0["name"] == "csrf" }.map { $0["value"] }
        #expect(tokens == (form["action"] == "/login" ? [] : [SamplePage.viewer.csrf]), "\(view)")
      }
    }
    let serving = try #require(try pages().first { $0.name == "serving" }).page
    #expect(
      Set(serving.all("form").compactMap { $0["action"] })
        == ["/logout", "/serving/pin", "/serving/unload", "/serving/try#answer"])
    let pins = serving.all("form").filter { $0["action"] == "/serving/pin" }.map { form in
      form.all("input").first { $0["name"] == "pinned" }?["value"]
    }
    #expect(pins == ["0", "1"])
  }

  /// What the headers forbid is not there, so that a browser has nothing to complain of.
  @Test func nothingTheHeadersForbid() throws {
    for (view, page) in try pages() {
      for element in page.all {
        for (name, value) in element.attributes {
          #expect(name != "style" && !name.lowercased().hasPrefix("on"), "\(view): \(name)")
          if ["href", "src"].contains(name), !["#content", "data:,"].contains(value) {
            #expect(value.hasPrefix("/") && !value.hasPrefix("//"), "\(view): \(value)")
          }
          if ["action", "formaction"].contains(name) { #expect(value.hasPrefix("/") && !value.hasPrefix("//")) }
        }
        #expect(element.name != "style" && !["iframe", "object", "embed", "base", "img"].contains(element.name))
        if element.name == "script" { #expect(element.text.isEmpty && element["src"] == "/assets/page.js") }
      }
    }
  }
}
