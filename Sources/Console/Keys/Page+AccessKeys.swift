import Files
public import Foundation
import Markup

extension Page {
  /// The keys.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of an action.
  /// - Returns: A whole page.
  public func keys(_ content: KeysContent, notice: PageNotice? = nil) -> Data {
    document(
      "Keys", at: PagePath.keys, notice: notice, Self.made(content.made),
      Self.section("Keys", id: "keys", table(content)),
      Self.section("New key", id: "new", newKey(content.scopes)))
  }

  private static func made(_ key: String?) -> HTML {
    guard let key else { return .none }
    return section(
      "The new key", id: "made",
      paragraph("It is shown this once. Copy it now: the server keeps its digest alone."),
      HTML("code", ["class": "secret"], .text(key)))
  }

  private func table(_ content: KeysContent) -> HTML {
    guard !content.keys.isEmpty else { return Self.paragraph("None.") }
    return .table(
      "Table of keys", columns: ["Key", "State", "Scopes", "Made", "Ends", "Action"],
      rows: content.keys.enumerated().map { number, key in
        [
          HTML.quoted(key.name) + HTML("small", [:], HTML("code", [:], .text(key.id.printable))),
          Self.state(of: key, at: content.now).html, .text(Format.list(key.scopes.map(\.printable))),
          PageText.moment(key.created), key.expires.map { PageText.moment($0) } ?? .text("never"),
          key.revoked == nil ? revoke(key, number) : .text("–"),
        ]
      }, isText: true)
  }

  private static func state(of key: KeysContent.Key, at now: Date) -> PageState {
    if key.revoked != nil { return PageState(.idle, "revoked") }
    if let expires = key.expires, expires <= now { return PageState(.idle, "over") }
    return PageState(.good, "in use")
  }

  private func revoke(_ key: KeysContent.Key, _ number: Int) -> HTML {
    Self.folded(
      "Revoke", subject: key.name.printable,
      form(
        PagePath.revokeKey, Self.hidden("id", key.id),
        Self.confirmation(key.id.printable, id: "revoke-\(number)"),
        HTML("button", ["class": "grave"], .text("Revoke"), Self.unseen(key.name.printable))))
  }

  private func newKey(_ scopes: [KeysContent.Scope]) -> HTML {
    form(
      PagePath.keys,
      Self.field(
        "Name", id: "key-name", name: "name", help: "Whose it is, such as a person or a program.", isRequired: true,
        longest: 100),
      HTML(
        "fieldset", ["class": "choices-list"],
        [HTML("legend", [:], .text("What it may be used for"))]
          + scopes.map { scope in
            HTML(
              "label", [:], .void("input", ["type": "checkbox", "name": "scope-\(scope.name)", "value": "1"]),
              HTML("code", [:], .text(scope.name.printable)), .text(" – \(scope.meaning)"))
          }),
      HTML("label", ["for": "key-days"], .text("Days until it ends")),
      .void(
        "input",
        ["id": "key-days", "name": "days", "type": "number", "min": "1", "max": "3650", "value": "90", "required": ""]),
      HTML("button", [:], .text("Make the key")))
  }
}
