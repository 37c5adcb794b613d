import Markup

extension Phrase {
  var html: HTML {
    spans.map { span in
      switch span {
      case .plain(let text): HTML.text(text)
      case .strong(let text): HTML("strong", [:], .text(text))
      case .code(let text): HTML("code", [:], .text(text))
      }
    }.joined
  }
}
