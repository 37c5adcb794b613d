import Files
public import Foundation

/// How items of a task are decided: what each label leads to, how sure a side has to be, how much people look at.
///
/// It is a YAML file with the names below, kept with a revision; ``init(yaml:path:)`` reads one.
public struct TaskPolicy: Sendable, Codable, Equatable {
  /// The task.
  public let task: String
  /// The version that decides, as `spam:production`; `nil`: the task's released one.
  public let expert: String?
  /// The task's labels, compared by code points.
  public let labels: [String]
  /// Labels that may be given without a person.
  public let sides: [SidePolicy]
  /// How many items people see whatever the model says.
  public let coin: CoinPolicy
  /// When sides stop.
  public let limits: LimitPolicy
  /// How people are asked.
  public let queue: QueuePolicy
  /// The version of the guideline that people label by.
  public let guideline: String?
  /// What is removed from texts before anything else.
  public let redact: [Redaction]
  /// How long texts are kept.
  public let retention: RetentionPolicy
  /// Where final labels are sent.
  public let webhooks: [URL]

  /// Makes a policy.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - expert: The version that decides; `nil`: the task's released one.
  ///   - labels: The task's labels.
  ///   - sides: Labels that may be given without a person.
  ///   - coin: How many items people see whatever the model says.
  ///   - limits: When sides stop.
  ///   - queue: How people are asked.
  ///   - guideline: The version of the guideline.
  ///   - redact: What is removed from texts before anything else.
  ///   - retention: How long texts are kept.
  ///   - webhooks: Where final labels are sent.
  public init(
    task: String, expert: String? = nil, labels: [String], sides: [SidePolicy] = [], coin: CoinPolicy = CoinPolicy(),
    limits: LimitPolicy = LimitPolicy(), queue: QueuePolicy = QueuePolicy(), guideline: String? = nil,
    redact: [Redaction] = [], retention: RetentionPolicy = RetentionPolicy(), webhooks: [URL] = []
  ) {
    self.task = task
    self.expert = expert
    self.labels = labels
    self.sides = sides
    self.coin = coin
    self.limits = limits
    self.queue = queue
    self.guideline = guideline
    self.redact = redact
    self.retention = retention
    self.webhooks = webhooks
  }

  /// What is said of a label; `nil`: people give it.
  ///
  /// - Parameter label: The label.
  public func side(_ label: String) -> SidePolicy? { sides.first { $0.label.hasSameCodePoints(as: label) } }
}

/// A label that may be given without a person.
public struct SidePolicy: Sendable, Codable, Equatable {
  /// The label.
  public let label: String
  /// What its sender does with such an item: `block`, `approve`.
  public let action: String
  /// The share of such decisions that is right, at least; above 0 and below 1.
  public let precision: Double
  /// The probability with which a certificate says so truly, at least; above 0 and below 1.
  public let confidence: Double

  /// Makes it.
  ///
  /// - Parameters:
  ///   - label: The label.
  ///   - action: What its sender does with such an item.
  ///   - precision: The share of such decisions that is right, at least.
  ///   - confidence: The probability with which a certificate says so truly, at least.
  public init(label: String, action: String, precision: Double, confidence: Double) {
    self.label = label
    self.action = action
    self.precision = precision
    self.confidence = confidence
  }
}

/// How many items people see whatever the model says: only these measure it.
public struct CoinPolicy: Sendable, Codable, Equatable {
  /// The share of items that the coin draws.
  public let share: Double
  /// The share while no side of the task decides, so that the first certificate comes soon.
  public let start: Double
  /// The share of the drawn that two people label.
  public let double: Double

  /// Makes it.
  ///
  /// - Parameters:
  ///   - share: The share of items that the coin draws.
  ///   - start: The share while no side decides; `nil`: as `share`.
  ///   - double: The share of the drawn that two people label.
  public init(share: Double = 0.02, start: Double? = nil, double: Double = 0.05) {
    self.share = share
    self.start = start ?? share
    self.double = double
  }
}

/// When sides stop.
public struct LimitPolicy: Sendable, Codable, Equatable {
  /// Days that a certificate holds.
  public let certificateDays: Int
  /// Items that a side decides by one certificate.
  public let certificateItems: Int
  /// Hours that a coin row may wait for its label.
  public let auditHours: Int
  /// The share of equal labels of two people below which sides stop.
  public let agreementFloor: Double

  /// Makes it.
  ///
  /// - Parameters:
  ///   - certificateDays: Days that a certificate holds.
  ///   - certificateItems: Items that a side decides by one certificate.
  ///   - auditHours: Hours that a coin row may wait for its label.
  ///   - agreementFloor: The share of equal labels below which sides stop.
  public init(
    certificateDays: Int = 14, certificateItems: Int = 200_000, auditHours: Int = 24, agreementFloor: Double = 0.9
  ) {
    self.certificateDays = certificateDays
    self.certificateItems = certificateItems
    self.auditHours = auditHours
    self.agreementFloor = agreementFloor
  }

  enum CodingKeys: String, CodingKey {
    case certificateDays = "certificate_days"
    case certificateItems = "certificate_items"
    case auditHours = "audit_sla_hours"
    case agreementFloor = "agreement_floor"
  }
}

/// How people are asked.
public struct QueuePolicy: Sendable, Codable, Equatable {
  /// Items that wait at most, whatever a policy says.
  public static let mostItems = 1_000_000

  /// How many people label an item: 1 or 2.
  public let people: Int
  /// Seconds for which an item is one person's, without a heartbeat.
  public let leaseSeconds: Int
  /// Hours by which an item should be decided.
  public let hours: Int
  /// Items that may wait; more are refused.
  public let mostWaiting: Int

  /// Makes it.
  ///
  /// - Parameters:
  ///   - people: How many people label an item.
  ///   - leaseSeconds: Seconds for which an item is one person's.
  ///   - hours: Hours by which an item should be decided.
  ///   - mostWaiting: Items that may wait.
  public init(people: Int = 1, leaseSeconds: Int = 300, hours: Int = 8, mostWaiting: Int = QueuePolicy.mostItems) {
    self.people = people
    self.leaseSeconds = leaseSeconds
    self.hours = hours
    self.mostWaiting = mostWaiting
  }

  enum CodingKeys: String, CodingKey {
    case people
    case leaseSeconds = "lease_seconds"
    case hours = "sla_hours"
    case mostWaiting = "max_queue"
  }
}

/// What is removed from texts before their digest is computed, so that it is nowhere.
public enum Redaction: Sendable, Codable, Equatable {
  /// Addresses of electronic mail.
  case email
  /// Telephone numbers.
  case phone
  /// Numbers of payment cards, which have a check digit.
  case card
  /// What a regular expression matches, as Swift's `Regex` reads it.
  case pattern(String)
}

/// How long texts are kept; afterwards only digests are left.
public struct RetentionPolicy: Sendable, Codable, Equatable {
  /// Days for items that a side decided alone.
  public let automaticDays: Int
  /// Days for all others.
  public let labelledDays: Int

  /// Makes it.
  ///
  /// - Parameters:
  ///   - automaticDays: Days for items that a side decided alone.
  ///   - labelledDays: Days for all others.
  public init(automaticDays: Int = 30, labelledDays: Int = 365) {
    self.automaticDays = automaticDays
    self.labelledDays = labelledDays
  }

  enum CodingKeys: String, CodingKey {
    case automaticDays = "automatic_days"
    case labelledDays = "labelled_days"
  }
}

/// A policy as it is kept.
public struct KeptPolicy: Sendable, Codable, Equatable {
  /// Counts the policies of a task, from 1.
  public let revision: Int
  /// The policy.
  public let policy: TaskPolicy
  /// Who set it.
  public let actor: String
  /// When.
  public let at: Date
}
