import Files
import Foundation
import GRDB

extension SideStore {
  /// Takes all sides of a task to the states that its conditions demand, and counts what became final; before every decision.
  ///
  /// - Parameters:
  ///   - policy: The task's policy, with its revision.
  ///   - hasCoinKey: Whether the coin's key is there.
  ///   - counts: Whether final monitor rows are counted, too: where a label became final and by the timer.
  /// - Returns: The sides as they are now, and how they changed.
  func check(
    _ policy: KeptPolicy, hasCoinKey: Bool, counts: Bool
  ) throws -> (sides: [Side], changes: [SideChange]) {
    let conditions = try conditions(policy, hasCoinKey: hasCoinKey)
    let stored = try stored(task: policy.policy.task)
    var (sides, changes): ([Side], [SideChange]) = (try sides(of: policy.policy, among: stored), [])
    // What the policy no longer lists decides nothing, and says so.
    for var side in stored where policy.policy.side(side.label) == nil {
      guard let change = side.stop(.policyChanged, at: now) else { continue }
      changes.append(change)
      try save(side)
    }
    for index in sides.indices {
      let before = sides[index]
      if counts { changes += try observe(&sides[index]) }
      if let change = sides[index].check(conditions) { changes.append(change) }
      if sides[index] != before { try save(sides[index]) }
    }
    return (sides, changes)
  }

  /// The side that decides an item, after ``check(_:hasCoinKey:counts:)``; its decision is counted.
  ///
  /// - Parameters:
  ///   - sides: The task's sides as they are now.
  ///   - opinion: What the model says.
  /// - Returns: `nil` where a person decides: no side or more than one claims the item, or the model has no opinion of it.
  func decide(_ sides: [Side], _ opinion: ModelOpinion) throws -> (side: Side, probability: Double)? {
    guard opinion.problem == nil, !opinion.unknown, let bindings = opinion.bindings,
      let labels = sides.first(where: { $0.certificate != nil })?.certificate?.certificate.labels,
      let claim = sides.claim(opinion.scores(for: labels), from: bindings)
    else {
      return nil
    }
    try countDecision(sides[claim.index])
    return (sides[claim.index], claim.probability)
  }
}

extension ModelOpinion {
  /// The scores in the order of other labels; none where these are not the same labels.
  ///
  /// - Parameter others: The labels.
  func scores(for others: [String]) -> [Double] {
    guard others.count == labels.count, scores.count == labels.count else { return [] }
    let ordered = others.compactMap { other in labels.firstIndex { $0.hasSameCodePoints(as: other) } }
    guard Set(ordered).count == labels.count else { return [] }
    return ordered.map { scores[$0] }
  }
}
