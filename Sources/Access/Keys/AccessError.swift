public import Files

/// What can go wrong with the file of keys. Each is one line: what was expected, what was got, where, and the fix. None has a key in it.
public enum AccessError: AccreteError, Equatable {
  // What was asked for cannot be (usage).
  case invalid(what: String, got: String, expected: String)
  case noKeys(path: String)
  case unknownKey(got: String, known: [String])
  case nameTaken(name: String, id: String)
  case tooManyKeys(limit: Int)
  case readingOnly(path: String)

  // The file is not what it should be.
  case damaged(path: String, reason: String)
  case newerSchema(path: String, found: Int, known: Int)

  // Other programs, and the disk.
  case locked(path: String)
  case database(path: String, reason: String)

  public var category: ErrorCategory {
    switch self {
    case .invalid, .readingOnly: .usage
    case .noKeys, .unknownKey: .notFound
    case .nameTaken, .tooManyKeys: .conflict
    case .damaged: .damaged
    case .newerSchema: .incompatible
    case .locked: .busy
    case .database: .inputOutput
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .invalid(let what, let got, let expected):
      "\(what): got \(AccessKeys.redacted(got).debugDescription), expected \(expected)."
    case .noKeys(let path): "\(path): there are no keys yet. Make one with `accrete keys create NAME`."
    case .unknownKey(let got, let known):
      known.isEmpty
        ? "key \(AccessKeys.redacted(got).debugDescription): no key is in use. Make one with `accrete keys create NAME`."
        : "key \(AccessKeys.redacted(got).debugDescription): no key in use has this name or id; there are \(known.listed(closestTo: got)). See `accrete keys list`."
    case .nameTaken(let name, let id):
      "key \(name): a key in use has this name already (\(id)). Choose another name, or revoke that one first with `accrete keys revoke \(id)`."
    case .tooManyKeys(let limit):
      "a registry has at most \(limit) keys in use, and this one has them. Revoke those that nobody uses with `accrete keys revoke`; `accrete keys list` says when each was used."
    case .readingOnly(let path): "\(path): was opened for reading. Open it for writing."
    case .damaged(let path, let reason):
      "\(path): damaged: \(reason). Move it away with its -wal and -shm, and make the keys anew with `accrete keys create`: no backup has them."
    case .newerSchema(let path, let found, let known):
      "\(path): has schema \(found), this program knows up to \(known). Use a newer accrete."
    case .locked(let path):
      "\(path): another program has been writing to it for 5 seconds. Try again, or stop that program."
    case .database(let path, let reason):
      "\(path): the keys cannot be read or written: \(reason). Check the disk, and the rights of the file and its folder."
    }
  }
}
