public import Decoder
public import Files
public import Generation

/// What the engine is asked to write.
public struct EngineRequest: Sendable {
  /// Token ids, at least one.
  public var prompt: [Int]
  /// How tokens are chosen, and how many at most.
  public var options: GenerationOptions
  /// How many continuations are written, each with draws of its own.
  public var choices: Int
  /// Strings that end a text when they come; they are not part of it.
  public var stops: [String]
  /// What the text has to be; `nil`: anything.
  public var constraint: TextConstraint?
  /// The version that writes, by the digest of its manifest; `nil` is the base.
  public var expert: Digest?
  /// Who asks: requests of one asker wait behind each other, and not before those of others.
  public var asker: String
  /// What keeps the beginnings that were read for one asker from another.
  public var scope: String
  /// When nobody waits for the answer any more.
  public var deadline: ContinuousClock.Instant?
  /// How long it may have to wait for a place, as far as that is foreseen; `nil`: until its deadline, without one 30 seconds.
  public var queueTime: Duration?
  /// Whether it only takes what others leave.
  public var isBackground: Bool
  /// Whether a space that the text begins with is left out: that of a task's answers belongs to its prompt's form.
  public var leavesOutFirstSpace: Bool

  public init(
    _ prompt: [Int], options: GenerationOptions = GenerationOptions(), choices: Int = 1, stops: [String] = [],
    constraint: TextConstraint? = nil, expert: Digest? = nil, asker: String = "", scope: String = "",
    deadline: ContinuousClock.Instant? = nil, queueTime: Duration? = nil, isBackground: Bool = false,
    leavesOutFirstSpace: Bool = false
  ) {
    self.prompt = prompt
    self.options = options
    self.choices = choices
    self.stops = stops
    self.constraint = constraint
    self.expert = expert
    self.asker = asker
    self.scope = scope
    self.deadline = deadline
    self.queueTime = queueTime
    self.isBackground = isBackground
    self.leavesOutFirstSpace = leavesOutFirstSpace
  }
}
