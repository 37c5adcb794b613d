import Markup

/// A state in words, with a colour and a sign: neither colour nor sign is needed to understand it.
struct PageState {
  /// How a state is to be taken.
  enum Tone: Sendable, Equatable {
    case good
    case waiting
    case bad
    case idle

    fileprivate var name: String {
      switch self {
      case .good: "state is-good"
      case .waiting: "state is-waiting"
      case .bad: "state is-bad"
      case .idle: "state is-idle"
      }
    }

    fileprivate var sign: String {
      switch self {
      case .good: "●"
      case .waiting: "◐"
      case .bad: "■"
      case .idle: "○"
      }
    }
  }

  let tone: Tone
  let text: String

  init(_ tone: Tone, _ text: String) { (self.tone, self.text) = (tone, text) }

  var html: HTML {
    HTML(
      "span", ["class": tone.name], HTML("span", ["class": "sign", "aria-hidden": "true"], .text(tone.sign)),
      .quoted(text))
  }
}
