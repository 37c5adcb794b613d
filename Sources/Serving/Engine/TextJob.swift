import Decoder
import Files
import Generation
import Tokenization

/// A request for text while the engine works on it. Owned by the engine's thread.
final class TextJob {
  /// One of its continuations.
  final class Choice {
    let number: Int
    unowned let job: TextJob
    /// Its sequence in the session; `nil`: it waits, or is over.
    var sequence: Int?
    /// Tokens written, without an end token.
    var written: [Int] = []
    /// Tokens that were sampled since the last piece of text.
    var untold: [SampledToken] = []
    var stream: TextStream
    var stops: StopStrings
    /// `nil`: anything may be written.
    let constraint: (any TokenConstraint)?
    var preemptions = 0
    /// Whether any of its text was told.
    var hasText = false
    /// Whether it ran in a step that failed, and has not made one since.
    var isSuspect = false
    var isOver = false

    init(_ number: Int, of job: TextJob, _ tokenizer: any Tokenizer) {
      self.number = number
      self.job = job
      stream = tokenizer.textStream(skipSpecialTokens: true)
      stops = StopStrings(job.request.stops)
      constraint = job.request.constraint?.makeState()
    }
  }

  let work: EngineWork
  let request: EngineRequest
  private let events: AsyncStream<EngineEvent>.Continuation
  let line: FairQueue<EngineLoop.Waiting>.Line
  /// Where its chain of blocks begins.
  let root: Digest
  /// The expert that it holds on to; `nil`: the base.
  var resident: ExpertTable.Resident?
  private(set) var choices: [Choice] = []
  var usage: EngineUsage
  /// Whether the other choices have begun: they do once the prompt is read.
  var hasSpread = false

  init(
    _ work: EngineWork, _ request: EngineRequest, _ events: AsyncStream<EngineEvent>.Continuation, root: Digest,
    _ tokenizer: any Tokenizer
  ) {
    (self.work, self.request, self.events, self.root) = (work, request, events, root)
    line = work.line
    usage = EngineUsage(promptTokens: request.prompt.count, cachedTokens: 0, completionTokens: 0)
    choices = (0..<max(request.choices, 1)).map { Choice($0, of: self, tokenizer) }
  }

  var isOver: Bool { choices.allSatisfy(\.isOver) }

  func tell(_ event: EngineEvent) { events.yield(event) }

  /// Tells the last event; nothing follows.
  func end(_ event: EngineEvent) {
    for choice in choices { choice.isOver = true }
    events.yield(event)
    events.finish()
  }

  /// What the session is asked to go on with.
  func decoding(_ choice: Choice) -> DecodingSession.Request {
    DecodingSession.Request(
      request.prompt, options: request.options, expert: resident?.loaded.expert, choice: choice.number,
      written: choice.written, constraint: choice.constraint)
  }
}
