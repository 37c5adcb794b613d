public import Files
public import Foundation

/// Items that were handed in, without their texts.
public struct ItemsContent: Sendable, Equatable {
  /// An item of the list.
  public struct Row: Sendable, Equatable {
    /// As whoever handed it in has called it.
    public var id: String
    /// `nil`: no task claims it.
    public var task: String?
    /// Where it is: `queued`, `leased`, `final` and others.
    public var state: String
    /// `auto`, `human` or `pending`.
    public var decision: String
    /// `nil`: none yet.
    public var label: String? = nil
    /// Of that label; `nil`: no model was asked.
    public var probability: Double? = nil
    /// When it came.
    public var arrived: Date

    /// An item of the list.
    ///
    /// - Parameters:
    ///   - id: As whoever handed it in has called it.
    ///   - task: `nil`: no task claims it.
    ///   - state: Where it is: `queued`, `leased`, `final` and others.
    ///   - decision: `auto`, `human` or `pending`.
    ///   - label: `nil`: none yet.
    ///   - probability: Of that label; `nil`: no model was asked.
    ///   - arrived: When it came.
    public init(
      id: String, task: String? = nil, state: String, decision: String, label: String? = nil,
      probability: Double? = nil, arrived: Date
    ) {
      self.id = id
      self.task = task
      self.state = state
      self.decision = decision
      self.label = label
      self.probability = probability
      self.arrived = arrived
    }
  }

  /// What the list is narrowed to.
  public struct Filter: Sendable, Equatable {
    /// `nil`: all tasks.
    public var task: String? = nil
    /// `nil`: all states.
    public var state: String? = nil
    /// `nil`: all decisions.
    public var decision: String? = nil

    /// What the list is narrowed to.
    ///
    /// - Parameters:
    ///   - task: `nil`: all tasks.
    ///   - state: `nil`: all states.
    ///   - decision: `nil`: all decisions.
    public init(task: String? = nil, state: String? = nil, decision: String? = nil) {
      self.task = task
      self.state = state
      self.decision = decision
    }
  }

  /// The latest first.
  public var rows: [Row] = []
  /// What the list is narrowed to.
  public var filter: Filter = Filter()
  /// Tasks to choose from.
  public var tasks: [String] = []
  /// Where the next part of the list begins; `nil`: there is none.
  public var next: String? = nil

  /// Items that were handed in.
  ///
  /// - Parameters:
  ///   - rows: The latest first.
  ///   - filter: What the list is narrowed to.
  ///   - tasks: Tasks to choose from.
  ///   - next: Where the next part of the list begins; `nil`: there is none.
  public init(rows: [Row] = [], filter: Filter = Filter(), tasks: [String] = [], next: String? = nil) {
    self.rows = rows
    self.filter = filter
    self.tasks = tasks
    self.next = next
  }
}

/// All that is known of an item.
public struct ItemContent: Sendable, Equatable {
  /// What a person did with it.
  public struct Vote: Sendable, Equatable {
    /// Who.
    public var person: String
    /// `label`, `skip`, `flag` or `adjudicate`.
    public var kind: String
    /// `nil`: none was given.
    public var label: String? = nil
    /// Empty: none was given.
    public var reason: String = ""
    /// How long it took.
    public var seconds: Double
    /// Whether the person could see what the model says.
    public var sawSuggestion: Bool
    /// The version of the guideline; `nil`: there was none.
    public var guideline: Int? = nil
    /// When.
    public var at: Date

    /// What a person did with it.
    ///
    /// - Parameters:
    ///   - person: Who.
    ///   - kind: `label`, `skip`, `flag` or `adjudicate`.
    ///   - label: `nil`: none was given.
    ///   - reason: Empty: none was given.
    ///   - seconds: How long it took.
    ///   - sawSuggestion: Whether the person could see what the model says.
    ///   - guideline: The version of the guideline; `nil`: there was none.
    ///   - at: When.
    public init(
      person: String, kind: String, label: String? = nil, reason: String = "", seconds: Double, sawSuggestion: Bool,
      guideline: Int? = nil, at: Date
    ) {
      self.person = person
      self.kind = kind
      self.label = label
      self.reason = reason
      self.seconds = seconds
      self.sawSuggestion = sawSuggestion
      self.guideline = guideline
      self.at = at
    }
  }

  /// Something that happened to it.
  public struct Event: Sendable, Equatable {
    /// When.
    public var at: Date
    /// What, in a few words.
    public var what: String
    /// Who did it; empty: the server.
    public var who: String = ""

    /// Something that happened to it.
    ///
    /// - Parameters:
    ///   - at: When.
    ///   - what: What, in a few words.
    ///   - who: Who did it; empty: the server.
    public init(at: Date, what: String, who: String = "") {
      self.at = at
      self.what = what
      self.who = who
    }
  }

  /// How it was decided.
  public struct Decision: Sendable, Equatable {
    /// `auto`, `human` or `pending`.
    public var kind: String
    /// `nil`: none yet.
    public var label: String? = nil
    /// What is done with it, as the policy says; `nil`: nothing yet.
    public var action: String? = nil
    /// `nil`: no model was asked.
    public var probability: Double? = nil
    /// The threshold of its side; `nil`: the side has none.
    public var tau: Double? = nil
    /// The certificate that it rests on; `nil`: none.
    public var certificate: Digest? = nil
    /// The version that was asked: `spam@3`; `nil`: none was.
    public var model: String? = nil
    /// How far it is from the nearest task; `nil`: nothing was measured.
    public var distance: Double? = nil
    /// Of the release; `nil`: there was none.
    public var release: Int? = nil
    /// Why a person decides, where one does; empty: there is nothing to say. That the coin chose an item is told when it is final, and
    /// not before.
    public var reason: String = ""

    /// How it was decided.
    ///
    /// - Parameters:
    ///   - kind: `auto`, `human` or `pending`.
    ///   - label: `nil`: none yet.
    ///   - action: What is done with it, as the policy says; `nil`: nothing yet.
    ///   - probability: `nil`: no model was asked.
    ///   - tau: The threshold of its side; `nil`: the side has none.
    ///   - certificate: The certificate that it rests on; `nil`: none.
    ///   - model: The version that was asked: `spam@3`; `nil`: none was.
    ///   - distance: How far it is from the nearest task; `nil`: nothing was measured.
    ///   - release: Of the release; `nil`: there was none.
    ///   - reason: Why a person decides, where one does; empty: there is nothing to say.
    public init(
      kind: String, label: String? = nil, action: String? = nil, probability: Double? = nil, tau: Double? = nil,
      certificate: Digest? = nil, model: String? = nil, distance: Double? = nil, release: Int? = nil,
      reason: String = ""
    ) {
      self.kind = kind
      self.label = label
      self.action = action
      self.probability = probability
      self.tau = tau
      self.certificate = certificate
      self.model = model
      self.distance = distance
      self.release = release
      self.reason = reason
    }
  }

  /// What an item says, and where it came from.
  public struct Text: Sendable, Equatable {
    /// As it was handed in, after redaction; `nil`: erased.
    public var text: String?
    /// Its digest, which stays.
    public var digest: Digest
    /// `nil`: not told.
    public var source: String? = nil
    /// How many places were redacted.
    public var redactions: Int = 0
    /// When the text is erased; `nil`: it has no end.
    public var expires: Date? = nil

    /// What an item says.
    ///
    /// - Parameters:
    ///   - text: As it was handed in, after redaction; `nil`: erased.
    ///   - digest: Its digest, which stays.
    ///   - source: `nil`: not told.
    ///   - redactions: How many places were redacted.
    ///   - expires: When the text is erased; `nil`: it has no end.
    public init(text: String? = nil, digest: Digest, source: String? = nil, redactions: Int = 0, expires: Date? = nil) {
      self.text = text
      self.digest = digest
      self.source = source
      self.redactions = redactions
      self.expires = expires
    }
  }

  /// As the list has it.
  public var row: ItemsContent.Row
  /// What it says.
  public var text: Text
  /// How it was decided.
  public var decision: Decision
  /// In their order.
  public var votes: [Vote] = []
  /// In its order.
  public var history: [Event] = []

  /// All that is known of an item.
  ///
  /// - Parameters:
  ///   - row: As the list has it.
  ///   - text: What it says.
  ///   - decision: How it was decided.
  ///   - votes: In their order.
  ///   - history: In its order.
  public init(row: ItemsContent.Row, text: Text, decision: Decision, votes: [Vote] = [], history: [Event] = []) {
    self.row = row
    self.text = text
    self.decision = decision
    self.votes = votes
    self.history = history
  }
}
