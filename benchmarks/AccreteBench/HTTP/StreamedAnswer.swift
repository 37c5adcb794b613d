import Files

/// What one request has got so far, and when; all times are seconds since the measurement began.
struct StreamedAnswer: Sendable {
  /// What a text may be at most, in bytes: a server that never ends would fill the memory.
  static let textLimit = 4 << 20

  /// When it was sent.
  let sent: Double
  /// When it was over, however it was.
  var ended: Double
  private(set) var text = ""
  /// When the first text came.
  private(set) var first: Double?
  /// When the last event with a choice came.
  private(set) var last: Double?
  /// Between each event with text and the next.
  private(set) var gaps: [Double] = []
  private(set) var chunks = 0
  private(set) var usage: CompletionChunk.Usage?
  private(set) var finishReason: String?
  private(set) var fingerprint: String?
  /// Whether the server has said that nothing comes any more.
  private(set) var isDone = false
  var status: Int?
  /// Seconds after which the server wants to be asked again.
  var retryAfter: Double?
  var failure: RequestFailure?

  private var lastText: Double?

  init(sent: Double) { (self.sent, ended) = (sent, sent) }

  /// Takes what an event carries.
  /// - Throws: ``RequestFailure``.
  mutating func take(_ event: [UInt8], at time: Double) throws(RequestFailure) {
    guard !isDone else { return }
    if event.elementsEqual("[DONE]".utf8) {
      isDone = true
      return
    }
    let chunk = try CompletionChunk(event)
    fingerprint = fingerprint ?? chunk.fingerprint
    usage = chunk.usage ?? usage
    finishReason = finishReason ?? chunk.finishReason
    guard chunk.hasChoice else { return }
    last = time
    if !chunk.text.isEmpty {
      guard text.utf8.count + chunk.text.utf8.count <= Self.textLimit else {
        throw RequestFailure(code: "too-large", message: "an answer of more than \(Self.textLimit) bytes")
      }
      text += chunk.text
      chunks += 1
      if let lastText { gaps.append(time - lastText) }
      lastText = time
    }
    // An answer of an end token alone has no text; its first token is known when it ends.
    if first == nil, !chunk.text.isEmpty || chunk.finishReason != nil { first = time }
  }

  /// The stream has ended.
  ///
  /// - Parameter beginning: Its first bytes, for the message where none of them was an answer.
  /// - Throws: ``RequestFailure`` where the answer has not ended.
  func requireWhole(beginning: [UInt8]) throws(RequestFailure) {
    guard first != nil else {
      throw RequestFailure.badStream(
        "the stream ended without an event that has a choice. Does the server know `stream`? It sent:"
          + " \(CompletionChunk.excerpt(beginning))")
    }
    guard isDone || finishReason != nil else {
      throw RequestFailure(
        code: "cut-short", message: "the stream ended before the answer did, behind \(text.utf8.count) bytes of text")
    }
  }

  /// Tokens of the answer: the server's count, or else the events that had text.
  var outputTokens: Int { usage?.completionTokens ?? chunks }
  /// Time to the first token.
  var ttft: Double? { first.map { $0 - sent } }
  /// From sending to the last event with a choice.
  var e2el: Double? { last.map { $0 - sent } }
  /// Time per output token behind the first.
  var tpot: Double? {
    guard let first, let last, outputTokens > 1 else { return nil }
    return (last - first) / Double(outputTokens - 1)
  }
}
