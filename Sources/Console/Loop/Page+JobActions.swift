import Markup

extension Page {
  /// What a person can do to a job.
  func jobActions(_ content: JobContent) -> HTML {
    guard viewer.rights.contains(.operateLoop) else { return .none }
    let path = PagePath.job(content.row.id)
    let isHeld = content.row.state.utf8.elementsEqual("HELD".utf8)
    let isIdle = content.row.state.utf8.elementsEqual("IDLE".utf8)
    var actions: [HTML] = []
    if isHeld {
      actions.append(
        Self.folded(
          "Let it go on",
          form(
            path, Self.hidden("act", "approve"), Self.reason(id: "approve-reason"),
            HTML("button", [:], .text("Let it go on")))))
    } else if isIdle {
      actions.append(
        form(path, Self.hidden("act", "run"), HTML("button", [:], .text("Begin now"))))
    } else {
      actions.append(
        Self.folded(
          "Hold it",
          form(
            path, Self.hidden("act", "hold"), Self.reason(id: "hold-reason"), HTML("button", [:], .text("Hold it")))))
    }
    let blocked = content.gates.filter { $0.verdict == .failed || $0.verdict == .underpowered }
    if !blocked.isEmpty { actions.append(override(blocked, path)) }
    return Self.section("What can be done", id: "actions", actions.joined)
  }

  private func override(_ gates: [PageGate], _ path: String) -> HTML {
    Self.folded(
      "Override a gate",
      Self.paragraph(
        "It takes a second person, whose key has the scope review.lead. Gate, reason and both names stay on this page for ever."
      ),
      form(
        path, Self.hidden("act", "override"),
        Self.select("Gate", id: "override-gate", name: "gate", gates.map { ($0.id, "\($0.id): \($0.question)") }),
        Self.reason(id: "override-reason"), Self.confirmation("override", id: "override-confirm"),
        HTML("button", ["class": "grave"], .text("Override"))))
  }
}
