public import Foundation
import Markup

extension Page {
  /// One item to be reviewed, with everything that is needed for it in sight.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of the decision before.
  /// - Returns: A whole page.
  public func review(_ content: ReviewContent, notice: PageNotice? = nil) -> Data {
    document(
      "Review", at: PagePath.review, desk: true,
      HTML(
        "div", ["id": "desk", "data-next": PagePath.reviewNext],
        bar(content, notice),
        HTML("p", ["id": "failed", "role": "alert"], notice.flatMap { $0.isGood ? nil : .text($0.text) } ?? .none),
        HTML(
          "div", ["class": "desk-columns"],
          Self.part("item", class: "desk-main", content.item.map { item($0, content) } ?? nothing(content)),
          HTML("aside", ["class": "desk-side", "aria-label": "Help"], Self.part("guide", guide(content.item)), keys())))
    )
  }

  /// What the script takes out of the next item's page.
  private static func part(_ id: String, class name: String? = nil, _ content: HTML) -> HTML {
    HTML("div", ["id": "part-\(id)", "data-part": "", "class": name], content)
  }

  /// Where the day stands, what was just done, and how to take it back.
  private func bar(_ content: ReviewContent, _ notice: PageNotice?) -> HTML {
    let progress = content.progress
    var facts = [
      HTML("span", [:], HTML("b", ["data-count": "today"], .text("\(progress.today)")), .text(" today")),
      HTML("span", [:], HTML("b", ["data-count": "waiting"], .text("\(progress.waiting)")), .text(" waiting")),
    ]
    if progress.pastDue > 0 {
      facts.append(PageState(.waiting, "\(PageText.count(progress.pastDue)) past due").html)
    }
    return HTML(
      "div", ["class": "desk-bar"],
      HTML("div", ["class": "day", "id": "part-day", "data-part": ""], facts),
      // What went well is said in a line that is always there, so that nothing moves.
      HTML(
        "p", ["id": "said", "role": "status", "aria-live": "polite"],
        notice.flatMap { $0.isGood ? .text($0.text) : nil } ?? .none),
      HTML(
        "div", ["id": "part-undo", "data-part": ""],
        form(
          PagePath.undo, id: "undo",
          HTML(
            "button", ["class": "quiet", "disabled": progress.undoable > 0 ? nil : "", "data-act": "undo"],
            .text("Undo"), Self.hint("backspace", for: "undo")))))
  }

  private func item(_ item: ReviewContent.Item, _ content: ReviewContent) -> HTML {
    HTML(
      "section",
      [
        "class": "paper", "aria-labelledby": "item-title", "id": "item", "data-id": item.id,
        "data-action": PagePath.review(item.id), "data-lease": PagePath.lease(item.id),
        "data-seconds": Format.coordinate(max(item.leaseEnds.timeIntervalSince(content.now), 0), 0),
        "data-suggestion": item.suggestion.flatMap { suggestion in
          item.labels.firstIndex { $0.name.utf8.elementsEqual(suggestion.label.utf8) }.map { "\($0)" }
        },
      ],
      HTML(
        "div", ["class": "paper-head"],
        HTML("h2", ["id": "item-title", "tabindex": "-1"], .quoted(item.task)),
        HTML("span", ["class": "item-id"], .quoted(item.id)),
        HTML(
          "span", ["class": "lease", "id": "lease"],
          .text("yours until "), PageText.timeOfDay(item.leaseEnds))),
      HTML(
        "div", ["class": "reading", "id": "reading", "tabindex": "0", "role": "group", "aria-label": "Text"],
        .quoted(item.text)),
      suggestion(item), opinions(item), choices(item), others(item, content))
  }

  /// The line has its place on each item, so that nothing moves.
  private func suggestion(_ item: ReviewContent.Item) -> HTML {
    guard let suggestion = item.suggestion else {
      return HTML("p", ["class": "suggestion"], .text("No suggestion: judge by the text and the guideline alone."))
    }
    return HTML(
      "p", ["class": "suggestion"], .text("Suggestion: "), HTML("b", [:], .quoted(suggestion.label)),
      .text(", \(Format.percent(suggestion.probability)) sure"))
  }

  private func opinions(_ item: ReviewContent.Item) -> HTML {
    guard !item.opinions.isEmpty else { return .none }
    return HTML("h3", [:], .text("Others said"))
      + HTML(
        "ul", ["class": "opinions"],
        item.opinions.map { opinion in
          HTML(
            "li", [:], .quoted(opinion.person), .text(": "), HTML("b", [:], .quoted(opinion.label)),
            opinion.reason.isEmpty ? .none : HTML.text(" – ") + .quoted(opinion.reason))
        })
  }

  /// A button for each label. None is chosen before, and each says its key.
  private func choices(_ item: ReviewContent.Item) -> HTML {
    let buttons = item.labels.enumerated().map { index, label in
      HTML(
        "button",
        [
          "class": "choice", "name": "label", "value": PagePath.value(label.name), "data-act": "label",
          "data-index": "\(index)",
          "aria-keyshortcuts": index < 9 ? "\(index + 1)" : nil,
        ],
        index < 9 ? Self.hint("\(index + 1)") : .none,
        HTML(
          "span", [:], HTML("span", ["class": "label"], .quoted(label.name)),
          label.help.isEmpty ? .none : HTML("small", [:], .quoted(label.help))))
    }
    return form(
      PagePath.review(item.id), class: "choices", id: "choices", Self.counted(item),
      HTML("fieldset", [:], [HTML("legend", ["class": "unseen"], .text("Which label fits?"))] + buttons))
  }

  /// The key of a control, which only the script shows: without it there are no keys.
  ///
  /// - Parameter name: What the script calls it, where a person may choose another one.
  private static func hint(_ key: String, for name: String? = nil) -> HTML {
    HTML("kbd", ["class": "hint", "aria-hidden": "true", "hidden": "", "data-key": name], .text(key))
  }

  /// What is recorded with a vote: how long it took, and what the person could see.
  private static func counted(_ item: ReviewContent.Item) -> HTML {
    hidden("milliseconds", "") + hidden("suggested", item.suggestion == nil ? "0" : "1")
      + hidden("guideline", item.guideline.map { "\($0.version)" } ?? "")
  }

  /// Skip and flag, each with a reason. They open above the line, so that nothing moves.
  private func others(_ item: ReviewContent.Item, _ content: ReviewContent) -> HTML {
    let path = PagePath.review(item.id)
    let skip = form(
      path, id: "skip-form", Self.hidden("act", "skip"), Self.counted(item),
      HTML(
        "fieldset", [:],
        [HTML("legend", [:], .text("Why do you skip it?"))]
          + content.skipReasons.enumerated().map { index, reason in
            HTML(
              "button", ["class": "quiet", "name": "reason", "value": reason.rawValue, "data-act": "skip"],
              Self.hint("\(index + 1)"), .text(reason.words))
          }))
    let flag = form(
      path, id: "flag-form", Self.hidden("act", "flag"), Self.counted(item),
      Self.field(
        "What should a lead look at?", id: "flag-reason", name: "reason",
        help: "Do not copy the text of the item: what you write stays in the audit.", isRequired: true),
      HTML("button", ["data-act": "flag"], .text("Flag it")))
    return HTML(
      "div", ["class": "desk-others"],
      HTML(
        "details", ["class": "drawer", "id": "skip"],
        HTML("summary", [:], .text("Skip"), Self.hint("space", for: "skip")),
        HTML("div", ["class": "drawer-box"], skip)),
      HTML(
        "details", ["class": "drawer", "id": "flag"], HTML("summary", [:], .text("Flag"), Self.hint("f", for: "flag")),
        HTML("div", ["class": "drawer-box"], flag)))
  }

  private func nothing(_ content: ReviewContent) -> HTML {
    HTML(
      "section", ["class": "paper empty", "aria-labelledby": "item-title"],
      HTML("h2", ["id": "item-title", "tabindex": "-1"], .text("Nothing to review")),
      Self.paragraph(
        content.progress.waiting > 0
          ? "What waits is with somebody else, or you have judged it already." : "The queue of your tasks is empty."),
      HTML("p", [:], HTML("a", ["href": PagePath.review], .text("Look again"))))
  }

  private func guide(_ item: ReviewContent.Item?) -> HTML {
    guard let item else { return .none }
    guard let guideline = item.guideline else {
      return Self.folded("Guideline", Self.paragraph("This task has none yet. Ask a lead for one.", class: "help"))
    }
    return HTML(
      "details", ["open": "", "id": "guideline"],
      HTML("summary", [:], .text("Guideline "), HTML("small", [:], .text("version \(guideline.version)"))),
      HTML(
        "div", ["class": "guide", "id": "guide", "tabindex": "0", "role": "group", "aria-label": "Guideline"],
        .quoted(guideline.text)))
  }
}
