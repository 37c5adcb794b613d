import Assurance
import Files
public import Foundation

extension Side {
  /// Why it may not go on deciding; `nil` where it may, and where it decides nothing anyway.
  ///
  /// - Parameter conditions: What it depends on.
  public func stopReason(_ conditions: SideConditions) -> StopReason? {
    guard state.decides else { return nil }
    if let obstacle = conditions.obstacle { return obstacle }
    guard let certificate = certificate?.certificate else { return .digestChanged }
    if policy != conditions.policy { return .policyChanged }
    if conditions.served.map({ certificate.bindings == $0 }) != true { return .digestChanged }
    if certificate.isExpired(at: conditions.now) { return .expiredByTime }
    if decided >= certificate.expires.items { return .expiredByItems }
    return detector.map { $0.state == .alarm } == false ? nil : .alarm
  }

  /// Goes to the state that the conditions demand: stopped, amber or no longer amber.
  ///
  /// It is called before each decision and by a timer, so that a side that nobody asks stops, too.
  ///
  /// - Parameter conditions: What it depends on.
  /// - Returns: The change; `nil` where it stays as it is.
  public mutating func check(_ conditions: SideConditions) -> SideChange? {
    guard state.decides else { return nil }
    if let reason = stopReason(conditions) { return stop(reason, at: conditions.now) }
    let isAmber = detector?.state == .amber || conditions.hasLabelShift
    guard isAmber != (state == .amber) else { return nil }
    return go(to: isAmber ? .amber : .active, at: conditions.now)
  }

  /// Stops: the next item is a person's.
  ///
  /// - Parameters:
  ///   - reason: Why.
  ///   - now: When.
  /// - Returns: The change; `nil` where it decided nothing. An alarm takes the place of any other reason, as its restart asks for more.
  public mutating func stop(_ reason: StopReason, at now: Date) -> SideChange? {
    guard state.decides else {
      if state == .stopped, self.reason?.restart == .certificate, reason.restart != .certificate {
        return go(to: .stopped, reason, at: now)
      }
      return nil
    }
    return go(to: .stopped, reason, at: now)
  }

  /// What it says of an item; `nil` where it does not claim it.
  ///
  /// - Parameters:
  ///   - scores: The labels' scores.
  ///   - bindings: The models that gave them.
  /// - Returns: The probability, τ or more.
  public func claim(_ scores: [Double], from bindings: CertificateBindings) -> Double? {
    guard state.decides, let certificate = certificate?.certificate, certificate.bindings == bindings,
      let probability = certificate.probability(scores), probability >= certificate.tau
    else {
      return nil
    }
    return probability
  }

  /// Counts an item that it has decided.
  public mutating func countDecision() {
    if state.decides, decided < .max { decided += 1 }
  }

  mutating func go(to next: SideState, _ reason: StopReason? = nil, at now: Date) -> SideChange {
    let change = SideChange(
      task: task, label: label, from: state, to: next, reason: reason, certificate: certificate?.digest, at: now)
    (state, self.reason, since) = (next, reason, now)
    return change
  }
}

extension [Side] {
  /// The one side that claims an item; `nil` where none does, or more than one.
  ///
  /// - Parameters:
  ///   - scores: The labels' scores.
  ///   - bindings: The models that gave them.
  public func claim(
    _ scores: [Double], from bindings: CertificateBindings
  ) -> (index: Int, probability: Double)? {
    let claims = indices.compactMap { index in self[index].claim(scores, from: bindings).map { (index, $0) } }
    return claims.count == 1 ? claims.first.map { (index: $0.0, probability: $0.1) } : nil
  }

  /// The share of items that the coin draws: twice as many while a side is amber.
  ///
  /// - Parameter share: The policy's share.
  public func coinShare(_ share: Double) -> Double {
    contains { $0.state == .amber } ? Swift.min(1, 2 * share) : share
  }
}
