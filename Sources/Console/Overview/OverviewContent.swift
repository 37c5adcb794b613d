public import Foundation

/// What whoever is responsible wants to know first.
public struct OverviewContent: Sendable, Equatable {
  /// A side of a task: one label that may be given without a person.
  public struct Side: Sendable, Equatable {
    /// Whether the side decides by itself.
    public enum State: String, Sendable {
      /// It has no certificate.
      case inactive
      case active
      /// It decides, and its detector has risen: twice as many items go to the coin.
      case amber
      /// All its items go to people.
      case stopped
    }

    /// The task.
    public var task: String
    /// The label.
    public var label: String
    /// Whether it decides by itself.
    public var state: State
    /// Why it was stopped, or what it waits for; empty: nothing is to be said.
    public var reason: String = ""
    /// Days until its certificate is over; `nil`: it has none.
    public var daysLeft: Double? = nil
    /// Items until its certificate is over; `nil`: it has none.
    public var itemsLeft: Int? = nil
    /// The sum of its e-detector, and the level at which it stops the side; `nil`: nothing was audited yet.
    public var detector: Detector? = nil

    /// A side of a task.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - label: The label.
    ///   - state: Whether it decides by itself.
    ///   - reason: Why it was stopped, or what it waits for; empty: nothing is to be said.
    ///   - daysLeft: Days until its certificate is over; `nil`: it has none.
    ///   - itemsLeft: Items until its certificate is over; `nil`: it has none.
    ///   - detector: The sum of its e-detector, and the level at which it stops the side; `nil`: nothing was audited yet.
    public init(
      task: String, label: String, state: State, reason: String = "", daysLeft: Double? = nil, itemsLeft: Int? = nil,
      detector: Detector? = nil
    ) {
      self.task = task
      self.label = label
      self.state = state
      self.reason = reason
      self.daysLeft = daysLeft
      self.itemsLeft = itemsLeft
      self.detector = detector
    }
  }

  /// An e-detector as it stands.
  public struct Detector: Sendable, Equatable {
    /// The sum now.
    public var sum: Double
    /// The sum at which the side stops.
    public var limit: Double

    /// An e-detector as it stands.
    ///
    /// - Parameters:
    ///   - sum: The sum now.
    ///   - limit: The sum at which the side stops.
    public init(sum: Double, limit: Double) {
      self.sum = sum
      self.limit = limit
    }
  }

  /// What waits for people.
  public struct Queue: Sendable, Equatable {
    /// Items.
    public var depth: Int = 0
    /// How long the oldest has waited, in seconds; `nil`: none waits.
    public var oldest: TimeInterval? = nil
    /// Items that should have been decided already.
    public var pastDue: Int = 0

    /// What waits for people.
    ///
    /// - Parameters:
    ///   - depth: Items.
    ///   - oldest: How long the oldest has waited, in seconds; `nil`: none waits.
    ///   - pastDue: Items that should have been decided already.
    public init(depth: Int = 0, oldest: TimeInterval? = nil, pastDue: Int = 0) {
      self.depth = depth
      self.oldest = oldest
      self.pastDue = pastDue
    }
  }

  /// What has come today.
  public struct Today: Sendable, Equatable {
    /// All items.
    public var items: Int = 0
    /// The share of them that was decided without a person, with its 95 % interval; `nil`: nothing has come.
    public var automatic: PageEstimate? = nil
    /// Decisions of people.
    public var human: Int = 0

    /// What has come today.
    ///
    /// - Parameters:
    ///   - items: All items.
    ///   - automatic: The share of them that was decided without a person, with its 95 % interval; `nil`: nothing has come.
    ///   - human: Decisions of people.
    public init(items: Int = 0, automatic: PageEstimate? = nil, human: Int = 0) {
      self.items = items
      self.automatic = automatic
      self.human = human
    }
  }

  /// A job of the loop.
  public struct Job: Sendable, Equatable {
    /// Its id.
    public var id: String
    /// The task that learns.
    public var task: String
    /// Its state, as the loop calls it.
    public var state: String
    /// Since when.
    public var since: Date

    /// A job of the loop.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - task: The task that learns.
    ///   - state: Its state, as the loop calls it.
    ///   - since: Since when.
    public init(id: String, task: String, state: String, since: Date) {
      self.id = id
      self.task = task
      self.state = state
      self.since = since
    }
  }

  /// Something that somebody has to look at.
  public struct Alarm: Sendable, Equatable {
    /// What it is, in a sentence.
    public var text: String
    /// When it came up.
    public var at: Date
    /// The view that says more; `nil`: there is none.
    public var view: String? = nil
    /// Whether something was stopped for it.
    public var isGrave: Bool = false

    /// Something that somebody has to look at.
    ///
    /// - Parameters:
    ///   - text: What it is, in a sentence.
    ///   - at: When it came up.
    ///   - view: The view that says more; `nil`: there is none.
    ///   - isGrave: Whether something was stopped for it.
    public init(text: String, at: Date, view: String? = nil, isGrave: Bool = false) {
      self.text = text
      self.at = at
      self.view = view
      self.isGrave = isGrave
    }
  }

  /// A switch that stops something at once.
  public struct Switch: Sendable, Equatable {
    /// What it stops.
    public enum Target: String, Sendable, CaseIterable {
      /// The loop: nothing is trained or released.
      case loop
      /// Automatic decisions: every item goes to people.
      case review
    }

    /// What it stops.
    public var target: Target
    /// Who has stopped it; `nil`: it runs.
    public var stoppedBy: String? = nil
    /// Since when.
    public var since: Date? = nil
    /// Who has asked to start it again, where a second person has to.
    public var startAskedBy: String? = nil

    /// A switch that stops something at once.
    ///
    /// - Parameters:
    ///   - target: What it stops.
    ///   - stoppedBy: Who has stopped it; `nil`: it runs.
    ///   - since: Since when.
    ///   - startAskedBy: Who has asked to start it again, where a second person has to.
    public init(target: Target, stoppedBy: String? = nil, since: Date? = nil, startAskedBy: String? = nil) {
      self.target = target
      self.stoppedBy = stoppedBy
      self.since = since
      self.startAskedBy = startAskedBy
    }
  }

  /// What is served, as the view of serving has it.
  public var serving: ServingContent
  /// Sides of all tasks.
  public var sides: [Side] = []
  /// What waits for people.
  public var queue: Queue = Queue()
  /// What has come today.
  public var today: Today = Today()
  /// Jobs of the loop that are not idle.
  public var jobs: [Job] = []
  /// The latest first.
  public var alarms: [Alarm] = []
  /// Switches; empty: neither review nor loop runs in this server.
  public var switches: [Switch] = []

  /// What whoever is responsible wants to know first.
  ///
  /// - Parameters:
  ///   - serving: What is served, as the view of serving has it.
  ///   - sides: Sides of all tasks.
  ///   - queue: What waits for people.
  ///   - today: What has come today.
  ///   - jobs: Jobs of the loop that are not idle.
  ///   - alarms: The latest first.
  ///   - switches: Switches; empty: neither review nor loop runs in this server.
  public init(
    serving: ServingContent, sides: [Side] = [], queue: Queue = Queue(), today: Today = Today(), jobs: [Job] = [],
    alarms: [Alarm] = [], switches: [Switch] = []
  ) {
    self.serving = serving
    self.sides = sides
    self.queue = queue
    self.today = today
    self.jobs = jobs
    self.alarms = alarms
    self.switches = switches
  }
}
