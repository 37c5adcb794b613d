public import Files

/// Why a model that a request names is not found.
///
/// What is known is listed in the message. A server that does not show all models to everyone makes the error anew with those that its client
/// may see.
public enum CatalogError: AccreteError, Equatable {
  /// Nothing can have this name; `fix` says what was probably meant.
  case invalidName(String, fix: String)
  /// There is no model of this name; `known` are those that there are.
  case notFound(String, known: [String])
  /// The task is there, and what stands behind its name is not: a version that is unknown or out of use, an alias, a digest; or a task of
  /// which nothing is released. `known` are the task's aliases and versions.
  case versionNotFound(String, known: [String])

  public var category: ErrorCategory {
    switch self {
    case .invalidName: .usage
    case .notFound, .versionNotFound: .notFound
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .invalidName(let name, let fix): "model \(Self.quoted(name)): no model can have this name. \(fix)"
    case .notFound(ModelName.autoName, let known):
      "model auto: nothing finds the task of a request, as no release with a router is served. \(Self.ask(known, closestTo: nil))"
    case .notFound(let name, let known):
      "model \(Self.quoted(name)): there is none of this name. \(Self.ask(known, closestTo: name))"
    case .versionNotFound(let name, let known) where !name.utf8.contains(where: { $0 == 0x40 || $0 == 0x3A }):
      "model \(Self.quoted(name)): no version of it is released. \(Self.ask(known, closestTo: nil))"
    case .versionNotFound(let name, let known):
      "model \(Self.quoted(name)): the task has no such version in use. \(Self.ask(known, closestTo: nil))"
    }
  }

  /// Names that a message lists at most.
  private static let most = 20

  private static func ask(_ known: [String], closestTo name: String?) -> String {
    guard !known.isEmpty else { return "There is no other to ask for." }
    // Whoever asks may send anything; only the beginning of a name is compared, and only with some thousands.
    let closest = name.flatMap { name in known.prefix(2_000).closest(to: String(name.prefix(100))) }
    let shown = known.prefix(most).joined(separator: ", ")
    let list = known.count > most ? "\(shown) and \(known.count - most) more" : shown
    return (closest.map { "Did you mean \($0)? " } ?? "") + "There \(known.count == 1 ? "is" : "are") \(list)."
  }

  /// A name from outside, of any length.
  private static func quoted(_ name: String) -> String {
    let beginning = String(name.unicodeScalars.prefix(100))
    return beginning.debugDescription + (beginning.utf8.count < name.utf8.count ? "…" : "")
  }
}
