import Foundation

/// What can go wrong between Accrete and a disk.
public enum FileError: AccreteError, Equatable {
  case notFound(path: String)
  case notReadable(path: String, reason: String)
  case notWritable(path: String, reason: String)
  /// The disk or quota is full; the file that was there before is untouched.
  case diskFull(path: String)
  case alreadyExists(path: String)
  case tooLarge(path: String, bytes: Int, limit: Int)
  case malformedJSON(path: String, reason: String)
  /// A link in a folder leads to what lies outside of it.
  case linkLeadsOut(path: String, target: String)

  public var category: ErrorCategory {
    switch self {
    case .alreadyExists: .conflict
    case .notFound, .malformedJSON, .linkLeadsOut: .data
    case .tooLarge: .tooLarge
    case .notReadable, .notWritable: .inputOutput
    case .diskFull: .resources
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .notFound(let path): "\(path): no such file. Check the path."
    case .notReadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .notWritable(let path, let reason): "\(path): cannot be written: \(reason)"
    case .diskFull(let path):
      "\(path): the disk is full. What was there before is untouched; free some space and run the same command again."
    case .alreadyExists(let path):
      "\(path): exists already and is left as it is. Choose another place, or remove it."
    case .tooLarge(let path, let bytes, let limit): "\(path): \(bytes) bytes, the limit is \(limit)"
    case .malformedJSON(let path, let reason): "\(path): not the JSON that was expected: \(reason)"
    case .linkLeadsOut(let path, let target):
      "\(path): is a link to \(target), outside of its folder, and is not followed. Put the file itself there (cp -rL copies it)."
    }
  }

  /// The error for a failed system call on `path`.
  public static func system(_ code: Int32, reading path: String) -> FileError {
    code == ENOENT ? .notFound(path: path) : .notReadable(path: path, reason: String(cString: strerror(code)))
  }

  public static func system(_ code: Int32, writing path: String) -> FileError {
    switch code {
    case ENOSPC, EDQUOT: .diskFull(path: path)
    default: .notWritable(path: path, reason: String(cString: strerror(code)))
    }
  }
}
