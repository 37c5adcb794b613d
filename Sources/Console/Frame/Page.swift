import Foundation
import Markup

/// The page on which people see what the server does, review items and look after the loop: HTML that needs no script, made from
/// values alone.
///
/// Every text in it is escaped by construction (`Markup`); there is no style and no script in it, so that headers can forbid both.
///
/// ```swift
/// let page = Page(for: viewer)
/// let body = page.serving(content)
/// ```
public struct Page: Sendable {
  let viewer: PageViewer
  /// What everybody has to know at once, on each view: the loop or automatic decisions are stopped.
  private let banners: [String]
  /// Views that this server does not have.
  private let missing: Set<String>

  /// The page of one person.
  ///
  /// - Parameters:
  ///   - viewer: Who looks at it; its forms are bound to that person's session.
  ///   - banners: What everybody has to know at once, such as that the loop is stopped.
  ///   - missing: Paths of views that this server does not have: no link leads there.
  public init(for viewer: PageViewer, banners: [String] = [], missing: Set<String> = []) {
    (self.viewer, self.banners, self.missing) = (viewer, banners, missing)
  }

  /// A view with what is on all of them.
  ///
  /// - Parameters:
  ///   - title: What it is, in a few words.
  ///   - path: Which entry of the list of views it belongs to.
  ///   - notice: What became of an action.
  ///   - desk: Whether it fills the window, as the view for reviewing does, and shows its title to screen readers alone.
  ///   - content: What it shows.
  func document(
    _ title: String, at path: String, notice: PageNotice? = nil, desk: Bool = false, _ content: HTML...
  ) -> Data {
    let heading = HTML("h1", ["class": desk ? "unseen" : nil], .text(title))
    let main = HTML(
      "main", ["id": "content", "class": desk ? "desk" : nil, "tabindex": "-1"],
      [heading] + banners.map(Self.banner) + [notice.map(Self.notice) ?? .none] + content)
    return Self.file(title, isPlain: false, header(at: path), main)
  }

  /// Name, views and the way out.
  private func header(at path: String) -> HTML {
    let groups = PageEntry.groups.compactMap { group -> HTML? in
      let entries = group.entries.filter { entry in
        viewer.rights.isSuperset(of: entry.right.map { [$0] } ?? []) && !missing.contains(entry.path)
      }
      guard !entries.isEmpty else { return nil }
      return HTML("p", ["class": "group"], .text(group.name))
        + HTML(
          "ul", [:],
          entries.map { entry in
            let isCurrent = entry.path.utf8.elementsEqual(path.utf8)
            return HTML(
              "li", [:],
              HTML("a", ["href": entry.path, "aria-current": isCurrent ? "page" : nil], .text(entry.name)))
          })
    }
    let who = viewer.name.isEmpty ? HTML.none : HTML("p", ["class": "who"], .quoted(viewer.name))
    let out = viewer.canLogOut ? form(PagePath.logout, HTML("button", ["class": "quiet"], .text("Log out"))) : .none
    return HTML(
      "header", ["class": "top"],
      HTML("p", ["class": "brand"], .text("accrete")),
      HTML("button", ["type": "button", "class": "quiet menu", "popovertarget": "views"], .text("Views")),
      HTML("nav", ["id": "views", "popover": "", "aria-label": "Views"], groups + [who, out]))
  }

  /// A form that is posted, with the token that shows that it comes from this page.
  func form(_ path: String, class name: String? = nil, id: String? = nil, _ content: HTML...) -> HTML {
    HTML(
      "form", ["method": "post", "action": path, "class": name, "id": id],
      [HTML.void("input", ["type": "hidden", "name": "csrf", "value": viewer.csrf])] + content)
  }

  /// The same for whoever has a right, and nothing for others.
  func form(_ path: String, for right: PageViewer.Right, class name: String? = nil, _ content: HTML...) -> HTML {
    guard viewer.rights.contains(right) else { return .none }
    return form(path, class: name, content.joined)
  }

  /// A whole file.
  ///
  /// - Parameter isPlain: Whether it is without the list of views.
  static func file(_ title: String, isPlain: Bool = true, _ content: HTML...) -> Data {
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
        "body", ["class": isPlain ? "plain" : nil],
        [HTML("a", ["class": "skip", "href": "#content"], .text("Skip to the content"))] + content)
    return Data(("<!DOCTYPE html>\n<html lang=\"en\">\n" + page.markup + "</html>\n").utf8)
  }

  private static func banner(_ text: String) -> HTML { HTML("p", ["class": "banner"], .quoted(text)) }

  private static func notice(_ notice: PageNotice) -> HTML {
    HTML("p", ["class": notice.isGood ? "notice" : "warning", "role": "status"], .text(notice.text))
  }
}
