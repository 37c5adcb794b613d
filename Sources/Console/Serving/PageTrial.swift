public import Files

/// What became of a text that a person typed into the page.
public struct PageTrial: Sendable, Equatable {
  /// The longest text that can be tried, in bytes.
  public static let longestText = 65_536

  /// Where the router sent it.
  public struct Route: Sendable, Equatable {
    /// `nil`: no task claims it.
    public var task: String?
    /// The task it is nearest to, whether that claims it or not.
    public var nearest: String
    public var confidence: Double
    public var distance: Double
    public var router: Digest

    public init(task: String?, nearest: String, confidence: Double, distance: Double, router: Digest) {
      self.task = task
      self.nearest = nearest
      self.confidence = confidence
      self.distance = distance
      self.router = router
    }
  }

  /// What a version answered.
  public struct Answer: Sendable, Equatable {
    /// `spam@7`.
    public var model: String
    /// `nil`: the base answered.
    public var expert: Digest?
    /// The label, or what was written.
    public var text: String
    /// Each label with its probability, in the order of the task's labels; none for free answers.
    public var probabilities: [Probability]
    /// Tokens of the text's beginning that were not read because it is too long.
    public var droppedTokens: Int

    public init(
      model: String, expert: Digest?, text: String, probabilities: [Probability] = [], droppedTokens: Int = 0
    ) {
      self.model = model
      self.expert = expert
      self.text = text
      self.probabilities = probabilities
      self.droppedTokens = droppedTokens
    }
  }

  public struct Probability: Sendable, Equatable {
    public var label: String
    public var value: Double

    public init(label: String, value: Double) {
      self.label = label
      self.value = value
    }
  }

  /// What was typed.
  public var text: String
  /// Which model was asked: `auto`, or a version's id.
  public var model: String
  /// `nil`: the version was chosen by the person.
  public var route: Route?
  /// `nil`: there is none, since no task claims the text, or for the reason that `failure` gives.
  public var answer: Answer?
  /// Why there is no answer, in a sentence that says what to do.
  public var failure: String?

  public init(text: String, model: String, route: Route? = nil, answer: Answer? = nil, failure: String? = nil) {
    self.text = text
    self.model = model
    self.route = route
    self.answer = answer
    self.failure = failure
  }
}
