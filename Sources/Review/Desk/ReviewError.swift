public import Files

/// What can go wrong at the review desk. Each is one line: what was expected, what was got, where, and the fix. None has a text in it.
public enum ReviewError: AccreteError, Equatable {
  /// A value that cannot be what it is.
  case invalid(what: String, got: String, expected: String)
  /// No policy is there for a task.
  case unknownTask(got: String, known: [String])
  /// No item has this id, or this person may not see it.
  case unknownItem(id: String)
  /// An id stands for another text already: HTTP answers 412.
  case otherText(id: String)
  /// As many items wait as the policy allows.
  case queueFull(task: String, limit: Int)
  /// The item is not this person's to label.
  case notYours(id: String)
  /// The item is in a state in which this cannot be done.
  case wrongState(id: String, state: ItemState)
  /// There is nothing that this person could undo.
  case nothingToUndo(person: String)
  /// The file has a schema that this program does not know.
  case newerSchema(path: String, found: Int, known: Int)

  public var category: ErrorCategory {
    switch self {
    case .invalid: .usage
    case .unknownTask, .unknownItem: .notFound
    case .otherText, .notYours, .wrongState, .nothingToUndo: .conflict
    case .queueFull: .busy
    case .newerSchema: .incompatible
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .invalid(let what, let got, let expected): "\(what): got \(got.debugDescription), expected \(expected)."
    case .unknownTask(let got, let known):
      "task \(got.printable): has no policy; \(known.isEmpty ? "no task has one" : "there are \(known.listed(closestTo: got))"). Set one"
        + " (`ReviewDesk.setPolicy`)."
    case .unknownItem(let id): "item \(id.printable): there is none that you may see. Check its id."
    case .otherText(let id):
      "item \(id.printable): stands for another text already, which is left as it is. Give a new text a new id."
    case .queueFull(let task, let limit):
      "task \(task.printable): \(limit) items wait already, as many as its policy allows. Try again when some are decided."
    case .notYours(let id):
      "item \(id.printable): is not yours now: you have not taken it, somebody else has, or you have labelled it. Take the next one."
    case .wrongState(let id, let state):
      "item \(id.printable): is \(state.rawValue), so that this cannot be done. Take the next one."
    case .nothingToUndo(let person):
      "\(person.printable): none of the last 10 decisions can be taken back: they are final, or 10 minutes old. Ask a lead."
    case .newerSchema(let path, let found, let known):
      "\(path): has schema \(found), this program knows up to \(known). Use a newer accrete."
    }
  }
}
