import AuditedDatabase
import Files
import Foundation
import GRDB

extension ReviewDesk {
  /// How long a person may take a vote back, in seconds; afterwards the label becomes final.
  static let undoSeconds = 600

  /// Writes what a person says of an item that is theirs, and puts the item where its votes say.
  ///
  /// The same answer of the same person again, as after a lost connection or from a second window, changes nothing.
  ///
  /// - Parameters:
  ///   - answer: The answer.
  ///   - id: The item's id.
  ///   - reviewer: The person.
  /// - Returns: Where the item stands now.
  /// - Throws: ``ReviewError/notYours(id:)`` where the person has not taken it or has voted on it, ``ReviewError/wrongState(id:state:)`` where
  ///   it was withdrawn or is decided, ``ReviewError/unknownItem(id:)``, ``ReviewError/invalid(what:got:expected:)`` for a label that the task
  ///   has not and a missing reason, an error of the database: nothing is written then.
  @discardableResult
  public func vote(_ answer: ReviewAnswer, on id: String, by reviewer: Reviewer) throws -> ItemState {
    try reviewer.check()
    try answer.check()
    return try write(reviewer.person) { ledger in
      try settle(&ledger)
      let item = try visible(id, to: reviewer, ledger.database)
      guard item.state != .withdrawn else { throw ReviewError.wrongState(id: id, state: .withdrawn) }
      let votes = try VoteStore(database: ledger.database).inForce(on: item.number)
      if let own = votes.first(where: { $0.person.hasSameCodePoints(as: reviewer.person) }) {
        guard own.says(answer.verdict) else { throw ReviewError.notYours(id: id) }
        return item.state
      }
      return try add(answer, to: try own(id, of: reviewer, ledger.database), of: reviewer, in: &ledger)
    }
  }

  private func add(
    _ answer: ReviewAnswer, to item: QueuedItem, of reviewer: Reviewer, in ledger: inout Ledger
  ) throws -> ItemState {
    let policy = try Self.policy(item.task, ledger.database)?.policy
    let (kind, label): (Vote.Kind, String?) =
      switch answer.verdict {
      case .label(let label):
        (item.state == .adjudicate ? .adjudicate : .label, try Self.known(label, policy, item.task))
      case .skip: (.skip, nil)
      case .flag: (.flag, nil)
      }
    // An item can come to a lead while another person has it before them.
    guard kind != .adjudicate || reviewer.isLead else {
      throw ReviewError.wrongState(id: item.id, state: .adjudicate)
    }
    try requireSecond(item, &ledger)
    let vote = Vote(
      item: item.id, person: reviewer.person, label: label, kind: kind, reason: answer.reason,
      milliseconds: answer.milliseconds,
      // A page may be wrong or lie about it; of a blind row nobody was shown anything.
      sawSuggestion: answer.sawSuggestion && !item.isBlind && item.suggestion != nil,
      guideline: answer.guideline ?? policy?.guideline, at: Date(timeIntervalSince1970: Double(ledger.at)))
    try VoteStore.add(vote, to: item.number, in: &ledger)
    let state = try stand(item.number, lease: nil, after: kind, in: &ledger)
    try ledger.record("vote", item.id, ["kind": .text(kind.rawValue), "state": .text(state.rawValue)])
    return state
  }

  /// A label as the policy writes it.
  private static func known(_ label: String, _ policy: TaskPolicy?, _ task: String) throws -> String {
    guard let known = policy?.labels.first(where: { $0.hasSameCodePoints(as: label) }) else {
      throw ReviewError.invalid(
        what: "label", got: label.printable,
        expected: policy.map { "one of \($0.labels.listed)" } ?? "no label, as task \(task.printable) has no policy")
    }
    return known
  }

  /// Two people for what an amber side would decide: also for what came before it was amber. Which side that is depends on the model alone
  /// and never on the answer.
  private func requireSecond(_ item: QueuedItem, _ ledger: inout Ledger) throws {
    guard item.people < 2, let label = item.side ?? item.suggestion else { return }
    let state = try String.fetchOne(
      try ledger.database.cachedStatement(sql: "SELECT state FROM side WHERE task = ? AND label = ?"),
      arguments: [item.task, label])
    guard state == SideState.amber.rawValue else { return }
    try ledger.update(ReviewTable.item, ["people": 2], where: ["number": item.number])
  }

  /// Puts an item where its votes in force say.
  ///
  /// - Parameter number: The item's number.
  /// - Parameter lease: Who has it now, and until when.
  /// - Parameter kind: What was done. Whoever passes an item over leaves it where it is, as it may be there because people were asked again.
  /// - Parameter ledger: The transaction.
  /// - Returns: Where it stands.
  @discardableResult
  func stand(
    _ number: Int, lease: (person: String, until: Int)?, after kind: Vote.Kind, in ledger: inout Ledger
  ) throws -> ItemState {
    guard let item = try QueuedItem.numbered(number, ledger.database) else {
      throw StoredValueError(reason: "a vote on an item that is not there")
    }
    let standing = ItemStanding(try VoteStore(database: ledger.database).inForce(on: number), of: item)
    if kind == .skip, standing != .adjudicate {
      try ledger.update(
        ReviewTable.item, ["lease": lease?.person, "lease_until": lease?.until ?? 0], where: ["number": number])
      return item.state
    }
    // Two blind people who differ count for the agreement also while no lead has decided.
    let settles = standing.label != nil || (standing == .adjudicate && item.isBlindDouble)
    try ledger.update(
      ReviewTable.item,
      [
        "state": standing.state.rawValue, "label": standing.label,
        "settles": settles ? ledger.at.after(seconds: Self.undoSeconds, times: 1) : nil,
        "lease": lease?.person, "lease_until": lease?.until ?? 0,
      ], where: ["number": number])
    return standing.state
  }
}

extension KeptVote {
  /// Whether it is what an answer says.
  func says(_ verdict: ReviewAnswer.Verdict) -> Bool {
    switch verdict {
    case .label(let label): self.label?.hasSameCodePoints(as: label) == true
    case .skip: kind == .skip
    case .flag: kind == .flag
    }
  }
}
