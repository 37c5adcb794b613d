public import Decoder
import ModelConfiguration
public import Tokenization

/// Writes text: tokens as the decoder chooses them, given as text while they come, until an end token, a stop string or the limit.
public struct TextGenerator {
  private let model: DecoderModel
  private let tokenizer: any Tokenizer

  public init(_ model: DecoderModel, _ tokenizer: any Tokenizer) {
    self.model = model
    self.tokenizer = tokenizer
  }

  /// The state of one text.
  private struct Row {
    var stream: TextStream
    var stops: StopStrings
    var text = ""
    var reason: GeneratedText.Reason?
  }

  /// Continues prompts together.
  ///
  /// - Parameters:
  ///   - prompts: token ids, at least one for each prompt.
  ///   - options: how tokens are chosen.
  ///   - stops: strings that end a text when they come; they are not part of it.
  ///   - experts: which experts are used, by all prompts; nil is the base.
  ///   - onText: called with a prompt's number and the next piece of its text, whole characters that nothing later changes; false
  ///     ends that text.
  /// - Throws: `DecoderError` for an empty, too long or foreign prompt; `TorchError`; `TokenizationError`.
  public func texts(
    after prompts: [[Int]], options: GenerationOptions = GenerationOptions(), stops: [String] = [],
    experts: (any ExpertSelection)? = nil, onText: (Int, String) throws -> Bool = { _, _ in true }
  ) throws -> [GeneratedText] {
    var rows = prompts.map { _ in
      Row(stream: tokenizer.textStream(skipSpecialTokens: true), stops: StopStrings(stops))
    }
    /// Whether the text goes on.
    func give(_ piece: String, to row: Int) throws -> Bool {
      let (text, isEnd) = rows[row].stops.feed(piece)
      if isEnd { rows[row].reason = .stop }
      return try show(text, row) && !isEnd
    }
    func show(_ text: String, _ row: Int) throws -> Bool {
      guard !text.isEmpty else { return true }
      rows[row].text += text
      if try onText(row, text) { return true }
      rows[row].reason = rows[row].reason ?? .cancelled
      return false
    }
    let ids = try model.generate(after: prompts, options: options, experts: experts) { row, id in
      try give(rows[row].stream.append(id), to: row)
    }
    return try ids.enumerated().map { row, ids in
      if rows[row].reason == nil {
        // The last characters may have waited for tokens that did not come.
        if try give(rows[row].stream.finish(), to: row) { _ = try show(rows[row].stops.finish(), row) }
      }
      let isFull = ids.count >= options.maxTokens || prompts[row].count + ids.count > model.configuration.maxPositions
      return GeneratedText(text: rows[row].text, ids: ids, reason: rows[row].reason ?? (isFull ? .limit : .end))
    }
  }
}
