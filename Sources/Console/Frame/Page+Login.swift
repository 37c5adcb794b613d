public import Foundation
import Markup

extension Page {
  /// The form that asks for a key.
  ///
  /// - Parameter isRefused: Whether a key was given that is not one, or has no scope that opens the page. Which of both is not said.
  public static func login(isRefused: Bool = false) -> Data {
    file(
      "Log in",
      HTML("header", ["class": "top"], HTML("p", ["class": "brand"], .text("accrete"))),
      HTML(
        "main", ["id": "content", "tabindex": "-1"],
        HTML("h1", [:], .text("Log in")),
        isRefused
          ? HTML(
            "p", ["class": "warning", "role": "alert", "id": "refused"],
            .text(
              "This key does not open the page. It takes one with a scope of the page that is not expired or revoked."))
          : .none,
        HTML(
          "form", ["method": "post", "action": PagePath.login],
          HTML("label", ["for": "key"], .text("Key")),
          .void(
            "input",
            [
              "id": "key", "name": "key", "type": "password", "required": "", "maxlength": "256",
              "autocomplete": "current-password", "aria-invalid": isRefused ? "true" : nil,
              "aria-describedby": isRefused ? "refused key-help" : "key-help",
            ]),
          HTML(
            "p", ["class": "help", "id": "key-help"],
            .text(
              "A key with a scope of the page: admin, review.work, review.lead, registry.read, registry.write or loop.operate. It stays in this browser as a session of eight hours, not as the key."
            )),
          HTML("button", [:], .text("Log in")))))
  }

  /// A view for what cannot be done, such as a form whose token is not that of the session.
  ///
  /// - Parameters:
  ///   - title: What it is, in two or three words.
  ///   - text: What was expected, and what to do.
  public static func problem(_ title: String, _ text: String) -> Data {
    file(
      title,
      HTML("header", ["class": "top"], HTML("p", ["class": "brand"], .text("accrete"))),
      HTML(
        "main", ["id": "content", "tabindex": "-1"],
        HTML("h1", [:], .text(title)), HTML("p", ["class": "warning"], .quoted(text)),
        HTML("p", [:], HTML("a", ["href": PagePath.overview], .text("To the overview")))))
  }
}
