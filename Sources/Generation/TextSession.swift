public import Decoder
public import Tokenization

/// Texts that are written together, a token a step: they join and leave at any step, each with its own expert, options and stop strings.
///
/// What is given of a text are whole characters that nothing later changes. A text depends on its own request alone, bit for bit
/// (`DecodingSession`). One owner.
public final class TextSession {
  /// What a step added to one text.
  public struct Event: Sendable {
    /// The text, by the number that ``TextSession/add(_:stops:)`` gave it.
    public let sequence: Int
    /// The next piece; may be empty.
    public let piece: String
    /// The whole, once it is finished and the sequence has left.
    public let result: GeneratedText?
  }

  private struct Text {
    let options: GenerationOptions
    var stream: TextStream
    var stops: StopStrings
    var text = ""
    var ids: [Int] = []

    /// Takes a piece in; what of it can be given, and whether a stop string has come.
    mutating func take(_ piece: String) -> (text: String, isEnd: Bool) {
      let taken = stops.feed(piece)
      text += taken.text
      return taken
    }
  }

  private let tokenizer: any Tokenizer
  private let session: DecodingSession
  private var texts: [Int: Text] = [:]

  /// - Parameter model: What writes the texts.
  /// - Parameter tokenizer: The model's.
  public init(_ model: DecoderModel, _ tokenizer: any Tokenizer) {
    self.tokenizer = tokenizer
    session = DecodingSession(model)
  }

  /// Whether no text is left.
  public var isEmpty: Bool { texts.isEmpty }

  /// Adds texts; a beginning that all of them share, under the same expert, is read once.
  ///
  /// - Parameter requests: Prompts with their options and experts.
  /// - Parameter stops: Strings that end a text when they come; they are not part of it.
  /// - Returns: Their numbers, which no other text of the session gets.
  /// - Throws: `DecoderError` for an empty, too long or foreign prompt; `TorchError` for options that cannot be.
  public func add(_ requests: [DecodingSession.Request], stops: [String] = []) throws -> [Int] {
    let numbers = try session.add(requests)
    for (number, request) in zip(numbers, requests) {
      texts[number] = Text(
        options: request.options, stream: tokenizer.textStream(skipSpecialTokens: true), stops: StopStrings(stops))
    }
    return numbers
  }

  /// Takes a text out before it is finished.
  ///
  /// - Returns: What there is of it; `nil` where it has left already.
  public func cancel(_ sequence: Int) -> GeneratedText? {
    session.remove(sequence)
    return texts.removeValue(forKey: sequence).map { GeneratedText(text: $0.text, ids: $0.ids, reason: .cancelled) }
  }

  /// Continues every text by one token.
  ///
  /// - Throws: `DecoderError`, `TorchError`; `TokenizationError`. The session is then not to be used any more.
  public func step() throws -> [Event] {
    // A text of no tokens never enters the decoder.
    let empty = try texts.keys.filter { texts[$0]?.options.maxTokens == 0 }.sorted().map { try finished($0, .limit) }
    return try empty
      + session.step().compactMap { event in
        guard var text = texts[event.sequence] else { return nil }
        guard let id = event.token else { return try finished(event.sequence, .end) }
        text.ids.append(id)
        let (piece, isEnd) = text.take(try text.stream.append(id))
        texts[event.sequence] = text
        if isEnd {
          session.remove(event.sequence)
          texts.removeValue(forKey: event.sequence)
          return Event(
            sequence: event.sequence, piece: piece, result: GeneratedText(text: text.text, ids: text.ids, reason: .stop)
          )
        }
        return try event.isLast
          ? finished(event.sequence, .limit, after: piece) : Event(sequence: event.sequence, piece: piece, result: nil)
      }
  }

  /// The end of a text that no stop string ended so far: its last characters may have waited for tokens that did not come.
  private func finished(_ sequence: Int, _ reason: GeneratedText.Reason, after piece: String = "") throws -> Event {
    guard var text = texts.removeValue(forKey: sequence) else {
      return Event(sequence: sequence, piece: piece, result: nil)
    }
    let (waited, isEnd) = text.take(try text.stream.finish())
    let held = isEnd ? "" : text.stops.finish()
    text.text += held
    return Event(
      sequence: sequence, piece: piece + waited + held,
      result: GeneratedText(text: text.text, ids: text.ids, reason: isEnd ? .stop : reason))
  }
}
