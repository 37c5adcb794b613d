/// Where the parts of the page are.
///
/// Every action is a form that is posted and answered with 303 to a view, but for `try`, whose answer is the view itself: a text does not
/// belong into an address.
public enum PagePath {
  public static let overview = "/"
  public static let serving = "/serving"
  /// The parts of ``serving`` that change, alone. Without a session the answer is 401 and not a redirect.
  public static let live = "/serving/live"
  /// Posted: `csrf`, `model`, `text`.
  public static let trial = "/serving/try"
  /// Posted: `csrf`, `digest`, `pinned` (`1` or `0`).
  public static let pin = "/serving/pin"
  /// Posted: `csrf`, `digest`, and `force` (`1`) where it is to go though requests use it.
  public static let unload = "/serving/unload"
  /// A form; posted: `key`.
  public static let login = "/login"
  /// Posted: `csrf`.
  public static let logout = "/logout"
  public static let styleSheet = "/assets/page.css"
  public static let script = "/assets/page.js"
  /// An empty picture, which nothing is asked for.
  static let noIcon = "data:,"
}

/// What became of an action, for the view that a redirect leads to. Its name is in the address; its words are here alone.
public enum PageNotice: String, Sendable, CaseIterable {
  case pinned
  case unpinned
  case unloaded
  case inUse = "in-use"
  case notResident = "not-resident"
  case failed

  /// Where the browser is sent after the action.
  public var location: String { "\(PagePath.serving)?\(Self.key)=\(rawValue)" }

  /// The query's name in that address.
  public static let key = "notice"

  /// Whether the action did what it should.
  var isGood: Bool {
    switch self {
    case .pinned, .unpinned, .unloaded: true
    case .inUse, .notResident, .failed: false
    }
  }

  var text: String {
    switch self {
    case .pinned: "Pinned: the expert stays in memory."
    case .unpinned: "Unpinned: the expert leaves when its memory is needed."
    case .unloaded: "Unloaded: the expert comes back with the next request for it."
    case .inUse: "Not unloaded: requests use the expert. Wait for them, or tick “even while in use”, which ends them."
    case .notResident: "Nothing done: the expert is no longer in memory."
    case .failed: "Not done. The server's log says why."
    }
  }
}
