import Files
import Markup

extension Page {
  /// The experts in memory, with what can be done to each.
  func experts(_ data: ServingContent) -> HTML {
    guard !data.experts.isEmpty else {
      return HTML("p", [:], .text("None. An expert is loaded with the first request for it."))
    }
    return .table(
      "Table of experts in memory", columns: ["Expert", "State", "Actions"],
      rows: data.experts.map { expert in
        let name = data.name(of: expert.version)
        return [
          HTML.quoted(name) + PageText.digestBelow(expert.version),
          HTML.quoted(expert.state) + HTML.text(" ") + HTML("small", [:], .text(use(of: expert))),
          HTML("div", ["class": "actions"], pin(expert, name), unload(expert, name)),
        ]
      }, isText: true)
  }

  private func use(of expert: ServingContent.Expert) -> String {
    var words = expert.isPinned ? ["pinned"] : []
    words.append(expert.references > 0 ? "used by \(Format.count(expert.references, "request"))" : "not used now")
    // One that is still on its way has none.
    if expert.bytes > 0 { words.append(Format.bytes(Double(expert.bytes))) }
    return words.joined(separator: ", ")
  }

  private func pin(_ expert: ServingContent.Expert, _ name: String) -> HTML {
    form(
      PagePath.pin, digest(expert),
      .void("input", ["type": "hidden", "name": "pinned", "value": expert.isPinned ? "0" : "1"]),
      HTML("button", [:], .text(expert.isPinned ? "Unpin" : "Pin"), Self.unseen(name)))
  }

  private func unload(_ expert: ServingContent.Expert, _ name: String) -> HTML {
    form(
      PagePath.unload, digest(expert),
      HTML("button", [:], .text("Unload"), Self.unseen(name)),
      HTML(
        "label", [:], .void("input", ["type": "checkbox", "name": "force", "value": "1"]),
        .text("even while in use"), Self.unseen(name)))
  }

  private func digest(_ expert: ServingContent.Expert) -> HTML {
    .void("input", ["type": "hidden", "name": "digest", "value": expert.version.description])
  }
}
