import Foundation
import Serving

/// What the engine writes to one request: a prompt with its choices, or several prompts whose choices follow each other.
struct EngineAnswer: Sendable {
  /// Of each prompt, in their order.
  let sources: [AsyncStream<EngineEvent>]
  /// Of one prompt.
  let choices: Int

  /// Joins what becomes of each prompt to what becomes of the request.
  struct Joining {
    private let choices: Int
    private var running: Int
    private var isAdmitted = false
    private var usage = EngineUsage(promptTokens: 0, cachedTokens: 0, completionTokens: 0)

    init(_ answer: EngineAnswer) { (choices, running) = (answer.choices, answer.sources.count) }

    /// An event of the request that follows from one of a prompt; `nil`: none does.
    mutating func take(_ event: EngineEvent, of source: Int) -> EngineEvent? {
      switch event {
      case .admitted:
        defer { isAdmitted = true }
        return isAdmitted ? nil : event
      case .piece(let choice, let text, let tokens):
        return .piece(choice: source * choices + choice, text: text, tokens: tokens)
      case .finished(let choice, let end): return .finished(choice: source * choices + choice, end: end)
      case .completed(let one):
        usage.promptTokens += one.promptTokens
        usage.cachedTokens += one.cachedTokens
        usage.completionTokens += one.completionTokens
        running -= 1
        return running == 0 ? .completed(usage) : nil
      case .failed: return event
      }
    }
  }

  /// One text, whole.
  struct Text: Sendable {
    var text = ""
    var tokens: [SampledToken] = []
    var end = EngineEnd.limit
  }

  /// Waits for the first event, so that an error has a status of its own. It has to be given to ``EventStreamer``: it comes once.
  func first() async throws -> EngineEvent {
    guard let source = sources.first else { throw EngineFailure.invalid("a request without a prompt") }
    for await event in source {
      if case .failed(let failure) = event { throw failure }
      return event
    }
    throw EngineFailure.cancelled
  }

  /// Waits for all of it.
  ///
  /// - Parameter observe: Sees each event as it comes.
  /// - Throws: `EngineFailure`.
  func collected(_ observe: (EngineEvent) -> Void) async throws -> (texts: [Text], usage: EngineUsage) {
    var (texts, joining) = ([Text](repeating: Text(), count: sources.count * choices), Joining(self))
    var usage: EngineUsage?
    // They come at once, and wait where they are for their turn.
    for (index, source) in sources.enumerated() {
      var isOver = false
      for await one in source {
        guard let event = joining.take(one, of: index) else {
          if case .completed = one { isOver = true }
          continue
        }
        observe(event)
        switch event {
        case .admitted: break
        case .piece(let choice, let text, let tokens) where texts.indices.contains(choice):
          texts[choice].text += text
          texts[choice].tokens += tokens
        case .finished(let choice, let end) where texts.indices.contains(choice): texts[choice].end = end
        case .piece, .finished: throw EngineFailure.failed("the engine wrote a choice that was not asked for")
        case .completed(let all): (usage, isOver) = (all, true)
        case .failed(let failure): throw failure
        }
      }
      // A stream that ends before it is complete was given up.
      guard isOver else { throw EngineFailure.cancelled }
    }
    guard let usage else { throw EngineFailure.cancelled }
    return (texts, usage)
  }
}
