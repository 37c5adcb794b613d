/// What became of an action, for the view that a redirect leads to. Its name is in the address; its words are here alone.
public enum PageNotice: String, Sendable, CaseIterable {
  // MARK: Serving

  case pinned
  case unpinned
  case unloaded
  case inUse = "in-use"
  case notResident = "not-resident"

  // MARK: Review

  case labelled
  case skipped
  case flagged
  case undone
  case nothingToUndo = "nothing-to-undo"
  /// The lease was over, and somebody else has taken the item.
  case leaseOver = "lease-over"
  case alreadyDecided = "already-decided"
  case requeued
  case secondReview = "second-review"

  // MARK: Registry, loop, certificates, keys

  case aliased
  case retired
  case rolledBack = "rolled-back"
  case stopped
  case started
  /// One person has asked; another has to ask, too.
  case secondPerson = "second-person"
  case held
  case resumed
  case approved
  case overridden
  case certified
  case notCertified = "not-certified"
  case revoked
  case named
  case dismissed
  case verified
  case chainBroken = "chain-broken"

  // MARK: All of them

  /// The word that was to be typed was another.
  case notConfirmed = "not-confirmed"
  case notAllowed = "not-allowed"
  case notThere = "not-there"
  /// Somebody else has changed it meanwhile.
  case changedMeanwhile = "changed-meanwhile"
  case failed

  /// Where the browser is sent after the action.
  ///
  /// - Parameter view: The view's path.
  public func location(_ view: String) -> String { PagePath.address(view, [(Self.key, rawValue)]) }

  /// The query's name in that address.
  public static let key = "notice"

  /// Whether the action did what it should.
  public var isGood: Bool {
    switch self {
    case .inUse, .notResident, .nothingToUndo, .leaseOver, .alreadyDecided, .notCertified, .chainBroken, .notConfirmed,
      .notAllowed, .notThere, .changedMeanwhile, .failed:
      false
    default: true
    }
  }

  /// What a person reads.
  public var text: String {
    switch self {
    case .pinned: "Pinned: the expert stays in memory."
    case .unpinned: "Unpinned: the expert leaves when its memory is needed."
    case .unloaded: "Unloaded: the expert comes back with the next request for it."
    case .inUse: "Not unloaded: requests use the expert. Wait for them, or tick “even while in use”, which ends them."
    case .notResident: "Nothing done: the expert is no longer in memory."
    case .labelled: "Saved."
    case .skipped: "Skipped: the item goes to somebody else."
    case .flagged: "Flagged: a lead looks at the item."
    case .undone: "Undone: your last decision is taken back, and the item is yours again."
    case .nothingToUndo: "Nothing to undo: your last decisions are final, or older than ten minutes."
    case .leaseOver: "Not saved: your time for the item was over, and it went back to the queue. Here is another one."
    case .alreadyDecided: "Not saved again: your decision on that item is there already."
    case .requeued: "The item is in the queue again."
    case .secondReview: "A second person will review the item."
    case .aliased: "The alias now leads to that version."
    case .retired: "Retired: requests that name its number are refused."
    case .rolledBack: "Rolled back: requests reach the earlier release from now on."
    case .stopped: "Stopped. It stays stopped, also over restarts, until two people have started it again."
    case .started: "Started."
    case .secondPerson: "Noted. A second person has to confirm it before it happens."
    case .held: "Held: the job goes on when somebody lets it."
    case .resumed: "The job goes on."
    case .approved: "Approved."
    case .overridden: "The gate is overridden. The reason stays on the page."
    case .certified: "A certificate was issued; the side is active."
    case .notCertified: "No certificate: the rows at hand do not show the precision. The table says how many it takes."
    case .revoked: "Revoked, at once."
    case .named: "Named: the task waits for its first labels."
    case .dismissed: "Dismissed: these requests are not shown again."
    case .verified: "The whole chain is as it was written."
    case .chainBroken: "The chain is broken. The table says where; keep a copy of the file before anything else."
    case .notConfirmed:
      "Nothing done: the word to confirm it was not the one that was asked for. Type it as it is shown."
    case .notAllowed: "Nothing done: your key has not the scope for this. Ask somebody whose key has it."
    case .notThere: "Nothing done: it is no longer there."
    case .changedMeanwhile: "Nothing done: somebody else changed it meanwhile. Look at it again, and repeat it."
    case .failed: "Not done. The server's log says why."
    }
  }
}
