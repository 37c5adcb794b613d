public import Foundation
import Markup

/// The page on which a person sees what the server does: HTML that needs no script, made from values alone.
///
/// Every text in it is escaped by construction (`Markup`); there is no style and no script in it, so that the headers of ``PageHeaders``
/// can forbid both.
///
/// ```swift
/// let page = Page(for: visit)
/// let body = page.serving(data)
/// ```
public struct Page: Sendable {
  let visit: PageVisit
  private let canLogOut: Bool

  /// - Parameters:
  ///   - visit: Of the person who looks at it; its forms are bound to it.
  ///   - canLogOut: Whether there is anything to log out of: a server without keys opens the next session by itself.
  public init(for visit: PageVisit, canLogOut: Bool = true) {
    (self.visit, self.canLogOut) = (visit, canLogOut)
  }

  /// A view with what is on all of them.
  func document(_ title: String, at path: String, _ content: HTML...) -> Data {
    let header = HTML(
      "header", ["class": "top"],
      HTML("p", ["class": "brand"], .text("accrete")),
      HTML(
        "nav", ["aria-label": "Views"],
        HTML(
          "ul", [:],
          [("Overview", PagePath.overview), ("Serving", PagePath.serving)].map { name, target in
            HTML(
              "li", [:],
              HTML("a", ["href": target, "aria-current": target == path ? "page" : nil], .text(name)))
          }),
        canLogOut ? form(PagePath.logout, HTML("button", ["class": "quiet"], .text("Log out"))) : HTML.none))
    return Self.file(
      title, header,
      HTML("main", ["id": "content", "tabindex": "-1"], [HTML("h1", [:], .text(title))] + content))
  }

  /// A form that is posted, with the token that shows that it comes from this page.
  func form(_ path: String, _ content: HTML...) -> HTML {
    HTML(
      "form", ["method": "post", "action": path],
      [HTML.void("input", ["type": "hidden", "name": "csrf", "value": visit.csrf])] + content)
  }

  /// A section with its heading.
  static func section(_ title: String, id: String, _ content: HTML...) -> HTML {
    HTML(
      "section", ["aria-labelledby": "\(id)-title"],
      [HTML("h2", ["id": "\(id)-title"], .text(title))] + content)
  }

  /// Names with their values.
  static func facts(_ facts: [(name: String, value: HTML)]) -> HTML {
    HTML(
      "dl", ["class": "facts"],
      facts.map { HTML("div", [:], HTML("dt", [:], .text($0.name)), HTML("dd", [:], $0.value)) })
  }

  /// A whole file.
  static func file(_ title: String, _ content: HTML...) -> Data {
    let page =
      HTML(
        "head", [:],
        .void("meta", ["charset": "utf-8"]),
        .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .void("meta", ["name": "color-scheme", "content": "light dark"]),
        HTML("title", [:], .text("\(title) – accrete")),
        // None, which keeps browsers from asking for one that is not there.
        .void("link", ["rel": "icon", "href": PagePath.noIcon]),
        .void("link", ["rel": "stylesheet", "href": PagePath.styleSheet]),
        HTML("script", ["src": PagePath.script, "defer": ""]))
      + HTML(
        "body", [:],
        [HTML("a", ["class": "skip", "href": "#content"], .text("Skip to the content"))] + content)
    return Data(("<!DOCTYPE html>\n<html lang=\"en\">\n" + page.markup + "</html>\n").utf8)
  }
}
