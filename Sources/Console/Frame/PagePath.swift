import Foundation

/// Where the parts of the page are.
///
/// Every action is a form that is posted and answered with 303 to a view, but for `try`, whose answer is the view itself: a text does not
/// belong into an address. Each has the field `csrf`, but for `login`.
public enum PagePath {
  /// The first view.
  public static let overview = "/"
  /// Posted: `what` (`loop`, `review`, `both`), `confirm`, `reason`.
  public static let stop = "/overview/stop"
  /// Posted: `what`, `reason`.
  public static let start = "/overview/start"

  /// Takes the next item, and leads to it.
  public static let review = "/review"
  /// The next item, taken while the one before is still looked at; for the script. Without a session the answer is 401 and not a redirect.
  public static let reviewNext = "/review/next"
  /// Posted: nothing else. Takes back the last decision of the person.
  public static let undo = "/review/undo"

  /// The list of items; its query: `task`, `state`, `decision`, `after`.
  public static let items = "/items"
  /// The list of tasks.
  public static let experts = "/experts"
  /// The list of releases; its query: `from` and `to` for what differs between two.
  public static let releases = "/releases"
  /// Posted: `revision`, `confirm`, `reason`.
  public static let rollback = "/releases/rollback"
  /// The loop's jobs.
  public static let loop = "/loop"
  /// Certificates, and what they turned out to be worth.
  public static let certificates = "/certificates"
  /// Posted: `task`, `side`, as ``value(_:)`` spells them.
  public static let issue = "/certificates/issue"
  /// Posted: `digest`, `confirm`, `reason`.
  public static let revoke = "/certificates/revoke"
  /// Requests that no task claims.
  public static let novelty = "/novelty"
  /// What is in memory and how busy it is.
  public static let serving = "/serving"
  /// The parts of ``serving`` that change, alone. Without a session the answer is 401 and not a redirect.
  public static let live = "/serving/live"
  /// Posted: `model`, `text`.
  public static let trial = "/serving/try"
  /// Posted: `digest`, `pinned` (`1` or `0`).
  public static let pin = "/serving/pin"
  /// Posted: `digest`, and `force` (`1`) where it is to go though requests use it.
  public static let unload = "/serving/unload"
  /// What was done by whom; its query: `before`.
  public static let audit = "/audit"
  /// Posted: nothing else. Verifies the whole chain.
  public static let verify = "/audit/verify"
  /// Keys; posted to make one: `name`, `scope-NAME` (`1`) for each scope, `days`.
  public static let keys = "/keys"
  /// Posted: `id`, `confirm`.
  public static let revokeKey = "/keys/revoke"
  /// A form; posted: `key`.
  public static let login = "/login"
  /// Ends the session.
  public static let logout = "/logout"
  /// Events as they happen, for the script; its query: `topics`.
  public static let events = "/admin/v1/events"
  /// The only style sheet.
  public static let styleSheet = "/assets/page.css"
  /// The only script.
  public static let script = "/assets/page.js"
  /// An empty picture, which nothing is asked for.
  static let noIcon = "data:,"

  /// An item that a person has taken; posted: `label` (as ``value(_:)`` spells it), or `act` (`skip`, `flag`) with `reason`; `milliseconds`, `suggested`, `guideline`.
  ///
  /// - Parameter item: The item's id.
  public static func review(_ item: String) -> String { path("review", "item", item) }

  /// Posted while somebody still looks at an item: its lease begins anew.
  ///
  /// - Parameter item: The item's id.
  public static func lease(_ item: String) -> String { path("review", "item", item, "lease") }

  /// What is known of an item; posted: `act` (`second`, `requeue`), `reason`.
  ///
  /// - Parameter id: The item's id.
  public static func item(_ id: String) -> String { path("items", id) }

  /// A task with its versions; its query: `from` and `to` for what differs between two. Posted: `act` (`alias`), `alias`, `version`, `reason`.
  ///
  /// - Parameter task: The task's name.
  public static func expert(_ task: String) -> String { path("experts", task) }

  /// A version; posted: `act` (`retire`), `reason`, `confirm`.
  ///
  /// - Parameters:
  ///   - task: The task's name.
  ///   - number: The version's number.
  public static func version(_ task: String, _ number: Int) -> String { path("experts", task, "\(number)") }

  /// A job of the loop; posted: `act` (`hold`, `run`, `approve`, `override`), `confirm`, `reason`.
  ///
  /// - Parameter id: The job's id.
  public static func job(_ id: String) -> String { path("loop", id) }

  /// A cluster of requests that no task claims; posted: `act` (`name`, `dismiss`), `task`, `labels`, `guideline`, `reason`.
  ///
  /// - Parameter id: The cluster's id.
  public static func cluster(_ id: String) -> String { path("novelty", id) }

  /// A text that somebody else decides, as the value of a field: an attribute holds no control or format characters, which a label or a
  /// task may have.
  ///
  /// - Parameter text: The text.
  /// - Returns: The text, spelled with `%` where it is not of letters, digits, `-`, `.`, `_` and `~`.
  public static func value(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
  }

  /// What ``value(_:)`` was made from.
  ///
  /// - Parameter value: As a form has it.
  /// - Returns: The text; `nil`: it is no such value.
  public static func text(ofValue value: String) -> String? { value.removingPercentEncoding }

  /// A path of which each part may be any text.
  private static func path(_ parts: String...) -> String {
    parts.map { "/" + value($0) }.joined()
  }

  /// An address with a query.
  static func address(_ path: String, _ query: [(name: String, value: String?)]) -> String {
    let pairs = query.compactMap { name, value in
      value.map { "\(name)=\(Self.value($0))" }
    }
    return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
  }

  /// What RFC 3986 calls unreserved.
  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
