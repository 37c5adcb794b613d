/// Whether a side decides by itself. A *side* is a task and one of its labels.
public enum SideState: String, Sendable, Codable, CaseIterable {
  /// People decide: there is no certificate in force.
  case inactive
  /// It decides what scores τ or more.
  case active
  /// It decides as well, and is watched more closely: the coin draws twice as often, and two people look at each row.
  case amber
  /// People decide: something happened that only a new certificate cures.
  case stopped

  /// Whether it decides anything.
  public var decides: Bool { self == .active || self == .amber }
}

/// Why a side has stopped. Nothing has to be proved wrong: missing evidence is a reason.
public enum StopReason: String, Sendable, Codable, CaseIterable {
  /// The e-detector says that more is wrong than the certificate allows.
  case alarm
  /// The expert, the base, the router or the template is another one.
  case digestChanged = "digest-changed"
  /// The certificate's days are over.
  case expiredByTime = "expired-by-time"
  /// The certificate's items are used up.
  case expiredByItems = "expired-by-items"
  /// A coin row has waited for its label longer than it may.
  case coinBacklog = "coin-backlog"
  /// People agree with each other less than the policy's floor.
  case agreement
  /// Something new has come into the stream.
  case novelty
  /// The coin's key is missing, so that no row measures.
  case coinKeyMissing = "coin-key-missing"
  /// The clock was set back by more than ``SideConditions/clockTolerance``.
  case clockMovedBack = "clock-moved-back"
  /// A person has stopped it.
  case stopSwitch = "stop-switch"
  /// The task's policy is another one.
  case policyChanged = "policy-changed"
  /// A person has taken its certificate back.
  case revoked

  /// What has to be there before the side may decide again, beside a certificate that was issued after the stop.
  public var restart: RestartRule {
    switch self {
    case .alarm, .revoked: .lead
    case .stopSwitch: .twoPeople
    default: .certificate
    }
  }

  /// Whether rows from before the stop say nothing about what comes after it.
  var invalidatesRows: Bool { self == .alarm || self == .novelty }

  /// The reason as a sentence.
  public var text: String {
    switch self {
    case .alarm: "More of its decisions were wrong than its certificate allows."
    case .digestChanged: "What is served now is not what its certificate speaks about."
    case .expiredByTime: "The days of its certificate are over."
    case .expiredByItems: "The items of its certificate are used up."
    case .coinBacklog: "A coin row has waited for its label longer than the policy allows."
    case .agreement: "People agree with each other less than the policy's floor."
    case .novelty: "Something new has come into the stream."
    case .coinKeyMissing: "The coin's key is missing, so that nothing measures what it decides."
    case .clockMovedBack: "The clock was set back."
    case .stopSwitch: "A person has stopped it."
    case .policyChanged: "The task's policy was changed."
    case .revoked: "A person has taken its certificate back."
    }
  }
}

/// Who has to agree that a stopped side decides again.
public enum RestartRule: String, Sendable, Codable {
  /// Nobody: the new certificate is enough.
  case certificate
  /// A person of scope `review.lead`.
  case lead
  /// Two people, one of them of scope `review.lead`.
  case twoPeople = "two-people"

  /// Whether some people are enough.
  ///
  /// - Parameter approvals: Who agrees; one person counts once.
  public func isSatisfied(by approvals: [SideApproval]) -> Bool {
    let hasLead = approvals.contains(where: \.isLead)
    let people = Set(approvals.map { Array($0.person.utf8) }).count
    return switch self {
    case .certificate: true
    case .lead: hasLead
    case .twoPeople: hasLead && people >= 2
    }
  }
}

/// A person who agrees that a side decides again.
public struct SideApproval: Sendable, Codable, Equatable {
  /// Who it is.
  public let person: String
  /// Whether this person has the scope `review.lead`.
  public let isLead: Bool

  /// Names a person.
  ///
  /// - Parameters:
  ///   - person: Who it is.
  ///   - isLead: Whether this person has the scope `review.lead`.
  public init(person: String, isLead: Bool) {
    self.person = person
    self.isLead = isLead
  }
}
