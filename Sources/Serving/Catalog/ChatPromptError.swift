public import Files

/// Why a conversation cannot be asked of a model.
public enum ChatPromptError: AccreteError, Equatable {
  /// The base has no chat template.
  case noTemplate(base: String)
  /// The base's chat template is not the one that the task was learned with.
  case otherTemplate(model: String)
  /// The messages are not what the model is asked.
  case unexpected(model: String, expected: String, got: String)
  /// The chat template does not write the messages, or the tokenizer does not take them.
  case unwritable(model: String, reason: String)
  /// A text would end its turn, or begin another.
  case specialToken(model: String, place: String)
  /// In tokens: the prompt, what is left for one beside the answer, and what both may have.
  case tooLong(prompt: Int, room: Int, limit: Int)
  /// The same where nobody asked for a length: the answer has some tokens at least, a label as many as the longest one.
  case leavesNoRoom(model: String, prompt: Int, room: Int, limit: Int)

  public var category: ErrorCategory {
    switch self {
    case .noTemplate, .unexpected, .unwritable, .specialToken, .tooLong, .leavesNoRoom: .usage
    case .otherTemplate: .damaged
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .noTemplate(let base):
      "model \(base): has no chat template, so that it cannot be sent messages. Send the text to /v1/completions, or serve an"
        + " instruction-tuned base."
    case .otherTemplate(let model):
      "model \(model): was learned with another chat template than the base has now. Put the base's template back, and start the server"
        + " again."
    case .unexpected(let model, let expected, let got): "model \(model): expected \(expected), got \(got)."
    case .unwritable(let model, let reason): "model \(model): the messages cannot be written for it: \(reason)"
    case .specialToken(let model, let place):
      "model \(model): \(place) spells a special token of the base, which would end the turn or begin another. Take it out of the text."
    case .tooLong(let prompt, let room, let limit):
      "the prompt has \(prompt) tokens, and \(max(room, 0)) are left for it of the \(limit) that prompt and answer may have together. Shorten"
        + " the messages, or ask for fewer new tokens."
    case .leavesNoRoom(let model, let prompt, let room, let limit):
      "model \(model): the prompt has \(prompt) tokens, and \(max(room, 0)) are what it reads before its answer (\(limit) with it). Shorten the"
        + " messages; nothing is cut."
    }
  }
}
