import Markup

extension Page {
  /// What each key does. The script shows it, lets a person choose other keys, and switches them off: without it there are none.
  func keys() -> HTML {
    let rows = ReviewKey.all.map { key in
      HTML(
        "div", [:],
        HTML("dt", [:], .text(key.words)),
        HTML(
          "dd", [:],
          HTML("kbd", ["data-key": key.name], .text(key.shown)),
          key.canChange
            ? HTML(
              "button", ["type": "button", "class": "quiet", "data-change": key.name], .text("Change"),
              Self.unseen("the key for: \(key.words)")) : .none))
    }
    return HTML(
      "details", ["id": "keys", "hidden": ""],
      HTML("summary", [:], .text("Keys")),
      HTML("dl", ["class": "keys"], rows),
      HTML(
        "label", ["class": "switch"], .void("input", ["type": "checkbox", "id": "keys-on", "checked": ""]),
        .text("Keys are on")),
      HTML(
        "label", ["class": "switch"], .void("input", ["type": "checkbox", "id": "blur-on"]),
        .text("Blur each text until I ask for it")),
      HTML("button", ["type": "button", "class": "quiet", "id": "keys-usual"], .text("Usual keys")),
      HTML("p", ["class": "help", "id": "keys-said", "role": "status"]))
  }
}

/// A key of the view for reviewing, as Prodigy's users know them.
struct ReviewKey: Sendable {
  /// What the script calls it.
  let name: String
  let shown: String
  let words: String
  var canChange = true

  static let all = [
    ReviewKey(name: "accept", shown: "a", words: "Accept the suggestion"),
    ReviewKey(name: "other", shown: "x", words: "The other of two labels"),
    ReviewKey(name: "digits", shown: "1–9", words: "Choose a label", canChange: false),
    ReviewKey(name: "skip", shown: "space", words: "Skip"),
    ReviewKey(name: "undo", shown: "backspace", words: "Undo"),
    ReviewKey(name: "flag", shown: "f", words: "Flag"),
    ReviewKey(name: "guide", shown: "g", words: "Guideline"),
    ReviewKey(name: "reveal", shown: "r", words: "Show a blurred text"),
    ReviewKey(name: "help", shown: "?", words: "These keys"),
  ]
}
