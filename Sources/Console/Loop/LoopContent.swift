public import Files
public import Foundation

/// The loop, which learns from what people decide.
public struct LoopContent: Sendable, Equatable {
  /// A job of the list.
  public struct Row: Sendable, Equatable {
    /// Its id.
    public var id: String
    /// The task that learns.
    public var task: String
    /// Its state, as the loop calls it: `IDLE`, `TRAIN` and others.
    public var state: String
    /// Since when.
    public var since: Date
    /// How often it has tried; 0: not yet.
    public var attempt: Int = 0
    /// What began it, in words; empty: nothing has yet.
    public var trigger: String = ""
    /// Why it is held, or was rejected; empty: it is neither.
    public var reason: String = ""

    /// A job of the loop.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - task: The task that learns.
    ///   - state: Its state, as the loop calls it: `IDLE`, `TRAIN` and others.
    ///   - since: Since when.
    ///   - attempt: How often it has tried; 0: not yet.
    ///   - trigger: What began it, in words; empty: nothing has yet.
    ///   - reason: Why it is held, or was rejected; empty: it is neither.
    public init(
      id: String, task: String, state: String, since: Date, attempt: Int = 0, trigger: String = "",
      reason: String = ""
    ) {
      self.id = id
      self.task = task
      self.state = state
      self.since = since
      self.attempt = attempt
      self.trigger = trigger
      self.reason = reason
    }
  }

  /// What is still missing until a job of a task begins.
  public struct Trigger: Sendable, Equatable {
    /// The task.
    public var task: String
    /// New final labels since it learned last.
    public var labels: Int
    /// How many it takes.
    public var needed: Int

    /// What is still missing until a job begins.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - labels: New final labels since it learned last.
    ///   - needed: How many it takes.
    public init(task: String, labels: Int, needed: Int) {
      self.task = task
      self.labels = labels
      self.needed = needed
    }
  }

  /// Jobs, those that wait for a person first.
  public var rows: [Row] = []
  /// Of tasks whose jobs are idle.
  public var triggers: [Trigger] = []
  /// Who has stopped the loop; `nil`: it runs.
  public var stoppedBy: String? = nil

  /// The loop.
  ///
  /// - Parameters:
  ///   - rows: Jobs, those that wait for a person first.
  ///   - triggers: Of tasks whose jobs are idle.
  ///   - stoppedBy: Who has stopped the loop; `nil`: it runs.
  public init(rows: [Row] = [], triggers: [Trigger] = [], stoppedBy: String? = nil) {
    self.rows = rows
    self.triggers = triggers
    self.stoppedBy = stoppedBy
  }
}

/// A job of the loop.
public struct JobContent: Sendable, Equatable {
  /// Something that the job was given or has made.
  public struct Piece: Sendable, Equatable {
    /// What it is.
    public var name: String
    /// How large it is, or what it says.
    public var value: String
    /// `nil`: it is no blob.
    public var digest: Digest? = nil

    /// Something that the job was given or has made.
    ///
    /// - Parameters:
    ///   - name: What it is.
    ///   - value: How large it is, or what it says.
    ///   - digest: `nil`: it is no blob.
    public init(name: String, value: String, digest: Digest? = nil) {
      self.name = name
      self.value = value
      self.digest = digest
    }
  }

  /// A step that is behind it.
  public struct Step: Sendable, Equatable {
    /// The state.
    public var state: String
    /// When it began.
    public var at: Date
    /// What came of it; empty: nothing is to be said.
    public var outcome: String = ""

    /// A step that is behind it.
    ///
    /// - Parameters:
    ///   - state: The state.
    ///   - at: When it began.
    ///   - outcome: What came of it; empty: nothing is to be said.
    public init(state: String, at: Date, outcome: String = "") {
      self.state = state
      self.at = at
      self.outcome = outcome
    }
  }

  /// A gate that was overridden, for ever.
  public struct Override: Sendable, Equatable {
    /// The gate.
    public var gate: String
    /// Why.
    public var reason: String
    /// Who: two people.
    public var people: [String]
    /// When.
    public var at: Date

    /// A gate that was overridden.
    ///
    /// - Parameters:
    ///   - gate: The gate.
    ///   - reason: Why.
    ///   - people: Who: two people.
    ///   - at: When.
    public init(gate: String, reason: String, people: [String], at: Date) {
      self.gate = gate
      self.reason = reason
      self.people = people
      self.at = at
    }
  }

  /// As the list has it.
  public var row: LoopContent.Row
  /// What it was given.
  public var inputs: [Piece] = []
  /// What it has made.
  public var outputs: [Piece] = []
  /// Gates.
  public var gates: [PageGate] = []
  /// Shadow and canary, as far as they are.
  public var curves: [PageCurve] = []
  /// What was done so far.
  public var steps: [Step] = []
  /// Overrides.
  public var overrides: [Override] = []

  /// A job of the loop.
  ///
  /// - Parameters:
  ///   - row: As the list has it.
  ///   - inputs: What it was given.
  ///   - outputs: What it has made.
  ///   - gates: Gates.
  ///   - curves: Shadow and canary, as far as they are.
  ///   - steps: What was done so far.
  ///   - overrides: Overrides.
  public init(
    row: LoopContent.Row, inputs: [Piece] = [], outputs: [Piece] = [], gates: [PageGate] = [],
    curves: [PageCurve] = [], steps: [Step] = [], overrides: [Override] = []
  ) {
    self.row = row
    self.inputs = inputs
    self.outputs = outputs
    self.gates = gates
    self.curves = curves
    self.steps = steps
    self.overrides = overrides
  }
}
