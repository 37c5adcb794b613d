import Files
import Markup

extension Page {
  /// The form to try a text, and what became of one.
  func trialSection(_ data: ServingContent, _ trial: PageTrial?) -> HTML {
    // The router first, as requests come to it; the base and what is not released are for comparing.
    let models =
      data.models.filter { $0.kind != .base } + data.unreleased + data.models.filter { $0.kind == .base }
    let fields = form(
      // The answer is below the form: the browser goes there.
      PagePath.trial + "#answer",
      HTML("label", ["for": "try-text"], .text("Text")),
      HTML(
        "textarea",
        [
          "id": "try-text", "name": "text", "rows": "5", "dir": "auto", "required": "",
          "maxlength": "\(PageTrial.longestText)",
        ],
        .verbatim(trial?.text ?? "")),
      HTML("label", ["for": "try-model"], .text("Model")),
      HTML(
        "select", ["id": "try-model", "name": "model"],
        models.map { model in
          let isChosen = trial.map { $0.model.hasSameCodePoints(as: model.id) } ?? false
          return HTML(
            "option", ["value": model.id, "selected": isChosen ? "" : nil],
            .text(model.id.printable + (Self.note(on: model, data).map { " (\($0))" } ?? "")))
        }),
      HTML("button", [:], .text("Try")))
    return Self.section("Try a text", id: "try", fields, trial.map(Self.answer) ?? HTML.none)
  }

  private static func note(on model: ServingContent.Model, _ data: ServingContent) -> String? {
    switch model.kind {
    case .auto: "the router chooses"
    case .base: "the base, without a task"
    case .version: data.unreleased.contains(model) ? "not released" : nil
    }
  }

  private static func answer(_ trial: PageTrial) -> HTML {
    var parts = [HTML("h3", ["id": "answer-title"], .text("Answer"))]
    if let failure = trial.failure {
      parts.append(HTML("p", ["class": "warning", "role": "status"], .quoted(failure)))
    }
    if trial.failure == nil, trial.answer == nil {
      parts.append(HTML("p", ["class": "warning", "role": "status"], .text(unclaimed)))
    }
    parts.append(facts(route(trial) + answerFacts(trial)))
    if let answer = trial.answer, !answer.probabilities.isEmpty {
      parts.append(HTML("h3", [:], .text("Probabilities")))
      parts.append(bars(answer.probabilities))
    }
    parts.append(HTML("h3", ["id": "read-title"], .text("The text as it was read")))
    // A long one scrolls, which the keyboard has to reach.
    parts.append(
      HTML(
        "div", ["class": "text", "tabindex": "0", "role": "group", "aria-labelledby": "read-title"],
        .quoted(trial.text)))
    return HTML(
      "section", ["id": "answer", "tabindex": "-1", "aria-labelledby": "answer-title"], parts)
  }

  private static let unclaimed =
    "No task claims this text. A request to auto would be answered by the base, or refused where it or --unknown says so; to ask a task all the same, choose it above."

  private static func route(_ trial: PageTrial) -> [(name: String, value: HTML)] {
    guard let route = trial.route else { return [("Route", .text("none: you chose the model"))] }
    let target =
      route.task.map { HTML.quoted($0) } ?? HTML.text("none; the nearest is ") + HTML.quoted(route.nearest)
    return [
      ("Route", target),
      ("Confidence", PageText.number(Format.percent(route.confidence), detail: "among the tasks")),
      ("Distance", PageText.number(Format.decimals(route.distance, 2), detail: "from the nearest task")),
      ("Router", PageText.digest(route.router)),
    ]
  }

  private static func answerFacts(_ trial: PageTrial) -> [(name: String, value: HTML)] {
    guard let answer = trial.answer else { return [] }
    var facts: [(name: String, value: HTML)] = [
      (answer.probabilities.isEmpty ? "Answer" : "Label", .quoted(answer.text)), ("Model", .quoted(answer.model)),
    ]
    if let expert = answer.expert { facts.append(("Expert", PageText.digest(expert))) }
    if answer.droppedTokens > 0 {
      facts.append(("Not read", .text(Format.count(answer.droppedTokens, "token") + " at the beginning of the text")))
    }
    return facts
  }

  /// Each probability as a number and as a bar, the most probable first, as answers have them. The bar is a drawing, since a style sheet cannot be told a width from here.
  private static func bars(_ probabilities: [PageTrial.Probability]) -> HTML {
    let order = probabilities.enumerated().sorted {
      ($1.element.value, $0.offset) < ($0.element.value, $1.offset)
    }
    return HTML(
      "ul", ["class": "bars"],
      order.map(\.element).map { probability in
        HTML(
          "li", [:],
          HTML("span", ["class": "label"], .quoted(probability.label)), .text(" "),
          HTML("span", ["class": "value"], .text(Format.percent(probability.value))),
          HTML(
            "svg", ["class": "bar", "viewBox": "0 0 100 6", "preserveAspectRatio": "none", "aria-hidden": "true"],
            HTML("rect", ["class": "all", "width": "100", "height": "6"]),
            HTML("rect", ["class": "share", "width": PageText.width(probability.value), "height": "6"])))
      })
  }
}
