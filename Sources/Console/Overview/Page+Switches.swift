import Markup

extension Page {
  /// What stops the loop or automatic decisions at once. To stop takes a typed word, to start two people.
  func switches(_ switches: [OverviewContent.Switch]) -> HTML {
    guard !switches.isEmpty, viewer.rights.contains(.operateLoop) else { return .none }
    return Self.section("Stop switches", id: "switches", switches.map(one).joined)
  }

  private func one(_ one: OverviewContent.Switch) -> HTML {
    let name = one.target.rawValue
    guard let person = one.stoppedBy else {
      return Self.folded(
        "Stop \(words(one.target))", Self.paragraph(consequence(one.target)),
        form(
          PagePath.stop, Self.hidden("what", name), Self.reason(id: "stop-\(name)-reason"),
          Self.confirmation("stop \(name)", id: "stop-\(name)"),
          HTML("button", ["class": "grave"], .text("Stop \(words(one.target))"))))
    }
    let asked = one.startAskedBy.map {
      HTML("p", [:], .quoted($0), .text(" has asked to start it. Another person has to, too."))
    }
    return HTML(
      "div", [:],
      HTML(
        "p", [:], PageState(.bad, "\(words(one.target)) stopped").html, .text(" by "), .quoted(person),
        one.since.map { HTML.text(", ") + PageText.moment($0) } ?? .none), asked ?? .none,
      form(
        PagePath.start, Self.hidden("what", name), Self.reason(id: "start-\(name)-reason"),
        HTML("button", [:], .text("Start \(words(one.target)) again"))))
  }

  private func words(_ target: OverviewContent.Switch.Target) -> String {
    switch target {
    case .loop: "the loop"
    case .review: "automatic decisions"
    }
  }

  private func consequence(_ target: OverviewContent.Switch.Target) -> String {
    switch target {
    case .loop: "Within a second nothing more is trained, tried or released. What is served stays as it is."
    case .review: "Within a second every item goes to people. The queue will grow."
    }
  }
}
