import Markup

/// A state of a job, in words, and where it stands on the way.
struct JobState {
  /// The states of a job that goes well, in their order.
  static let way = ["IDLE", "COLLECT", "CLEAN", "TRAIN", "GATE", "CERTIFY", "SHADOW", "CANARY", "PROMOTE", "WATCH"]

  private let name: String

  init(_ name: String) { self.name = name }

  private var tone: PageState.Tone {
    switch name {
    case "IDLE": .idle
    case "HELD": .waiting
    case "REJECTED", "ROLLBACK": .bad
    default: .good
    }
  }

  var html: HTML { PageState(tone, name.lowercased()).html }

  /// All states of the way, the present one marked.
  var steps: HTML {
    let isOnTheWay = Self.way.contains { $0.utf8.elementsEqual(name.utf8) }
    let states = isOnTheWay ? Self.way : Self.way + [name]
    return HTML(
      "ol", ["class": "steps", "aria-label": "States"],
      states.map { state in
        HTML("li", ["aria-current": state.utf8.elementsEqual(name.utf8) ? "step" : nil], .quoted(state.lowercased()))
      })
  }
}
