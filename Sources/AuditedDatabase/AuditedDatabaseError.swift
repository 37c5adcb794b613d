public import Files

/// What can go wrong with a database that several processes share. Each is one line: what was expected, what was got, where, and the fix.
public enum AuditedDatabaseError: AccreteError, Equatable {
  /// It was opened for reading.
  case readingOnly(path: String)
  /// Another process holds it.
  case locked(path: String, by: String)
  /// What is stored is not what was stored.
  case damaged(path: String, reason: String)
  /// The chain of audit entries does not hold.
  case auditBroken(sequence: Int, reason: String)
  /// The disk is full.
  case diskFull(path: String)
  /// Reading or writing failed.
  case failed(path: String, reason: String)

  public var category: ErrorCategory {
    switch self {
    case .readingOnly: .usage
    case .locked: .busy
    case .damaged, .auditBroken: .damaged
    case .diskFull: .resources
    case .failed: .inputOutput
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .readingOnly(let path): "\(path): was opened for reading. Open it for writing."
    case .locked(let path, let holder): "\(path): is held by \(holder). Wait until that has finished, and try again."
    case .damaged(let path, let reason): "\(path): damaged: \(reason). Restore it from a backup."
    case .auditBroken(let sequence, let reason):
      "audit entry \(sequence): \(reason). Compare it with a backup, and find out who could write to the file."
    case .diskFull(let path): "\(path): the disk is full; nothing was changed. Free some space and try again."
    case .failed(let path, let reason):
      "\(path): cannot be read or written: \(reason). Check the disk, and the rights of the file and its folder."
    }
  }
}
