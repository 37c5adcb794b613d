import Files
import Markup

/// What views are put together from.
extension Page {
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

  /// A few numbers that are looked at first.
  static func figures(_ figures: [(name: String, value: HTML, detail: String)]) -> HTML {
    HTML(
      "dl", ["class": "figures"],
      figures.map {
        HTML(
          "div", [:], HTML("dt", [:], .text($0.name)),
          HTML("dd", [:], $0.value + ($0.detail.isEmpty ? .none : HTML("small", [:], .text($0.detail)))))
      })
  }

  /// What the script replaces when it changes; headings stay.
  static func live(_ id: String, _ content: HTML) -> HTML {
    HTML("div", ["id": "live-\(id)", "data-live": ""], content)
  }

  /// The line above a view whose parts are replaced as things happen. Only the script can pause that: without it there is a link.
  ///
  /// - Parameters:
  ///   - view: The view.
  ///   - source: Where the parts are taken from.
  ///   - topics: Events after which they are taken.
  static func refreshing(_ view: String, from source: String? = nil, topics: [String]) -> HTML {
    HTML(
      "p",
      ["class": "refresh", "id": "live", "data-source": source ?? view, "data-topics": topics.joined(separator: ",")],
      HTML("a", ["href": view, "id": "live-link"], .text("Refresh")),
      HTML("button", ["type": "button", "class": "quiet", "id": "live-pause", "hidden": ""], .text("Pause")),
      .text(" "),
      HTML("span", ["id": "live-status", "role": "status"]))
  }

  /// A paragraph.
  static func paragraph(_ text: String, class name: String? = nil) -> HTML { HTML("p", ["class": name], .text(text)) }

  /// A field that nobody sees.
  static func hidden(_ name: String, _ value: String) -> HTML {
    .void("input", ["type": "hidden", "name": name, "value": value])
  }

  /// A line to type in, with its label.
  ///
  /// - Parameters:
  ///   - id: Of the field.
  ///   - help: What stands below it.
  ///   - isRequired: Whether the browser asks for it.
  static func field(
    _ label: String, id: String, name: String, value: String = "", help: String? = nil, isRequired: Bool = false,
    longest: Int = 500
  ) -> HTML {
    HTML("label", ["for": id], .text(label))
      + .void(
        "input",
        [
          "id": id, "name": name, "type": "text", "value": value, "autocomplete": "off", "maxlength": "\(longest)",
          "required": isRequired ? "" : nil, "aria-describedby": help == nil ? nil : "\(id)-help",
        ])
      + (help.map { HTML("p", ["class": "help", "id": "\(id)-help"], .text($0)) } ?? .none)
  }

  /// The field in which a word is typed before something is done that cannot be taken back at once.
  static func confirmation(_ word: String, id: String) -> HTML {
    field("Type “\(word)” to confirm", id: id, name: "confirm", isRequired: true, longest: 100)
  }

  /// The field for why something is done, which goes into the audit.
  static func reason(id: String) -> HTML {
    field("Reason", id: id, name: "reason", help: "It is kept in the audit.", isRequired: true)
  }

  /// A list to choose from.
  static func select(
    _ label: String, id: String, name: String, _ options: [(value: String, text: String)], chosen: String? = nil
  ) -> HTML {
    HTML("label", ["for": id], .text(label))
      + HTML(
        "select", ["id": id, "name": name],
        options.map { option in
          let isChosen = chosen.map { $0.utf8.elementsEqual(option.value.utf8) } ?? false
          return HTML("option", ["value": option.value, "selected": isChosen ? "" : nil], .text(option.text.printable))
        })
  }

  /// What is folded away until somebody wants it.
  static func folded(_ summary: String, subject: String? = nil, isOpen: Bool = false, _ content: HTML...) -> HTML {
    HTML(
      "details", ["open": isOpen ? "" : nil],
      [HTML("summary", [:], HTML.text(summary) + (subject.map(unseen) ?? .none))] + content)
  }

  /// What a control is about. The row says so to those who see it; for others it is part of the control's name.
  static func unseen(_ name: String) -> HTML { HTML("span", ["class": "unseen"], .text(" " + name)) }
}
