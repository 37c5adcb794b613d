/// What kind of failure an error is: who can do something about it, and whether the same request may succeed later.
///
/// | category | exit code | HTTP status |
/// |---|---|---|
/// | ``usage`` | 64 | 400 |
/// | ``notFound`` | 64 | 404 |
/// | ``conflict`` | 64 | 409 |
/// | ``data`` | 65 | 422 |
/// | ``tooLarge`` | 65 | 413 |
/// | ``damaged`` | 65 | 500 |
/// | ``incompatible`` | 69 | 500 |
/// | ``internal`` | 70 | 500 |
/// | ``inputOutput`` | 74 | 500 |
/// | ``resources`` | 74 | 503 |
/// | ``stale`` | 75 | 409 |
/// | ``busy`` | 75 | 503 |
/// | ``interrupted(signal:)`` | 128 + signal | 503 |
/// | ``process(exitCode:)`` | that process's | 500 |
public enum ErrorCategory: Sendable, Hashable {
  // MARK: What was asked for

  /// An option, a name or a value that cannot be what it is.
  case usage
  /// What is named does not exist: a task, a version, a run.
  case notFound
  /// What exists does not allow it: a name is taken, a version is in use, a folder holds something else.
  case conflict

  // MARK: What was given to read

  /// A file, a row or a request that is missing, or is not what it has to be.
  case data
  /// The same, larger than anything that is read.
  case tooLarge
  /// Something that was stored and is no longer as it was written.
  case damaged

  // MARK: Where it runs

  /// A registry or a disk that this program cannot work with.
  case incompatible
  /// Reading or writing failed, or a library cannot be loaded.
  case inputOutput
  /// Too little disk or memory.
  case resources
  /// Somebody else changed it first. Look at it again, and repeat what was asked.
  case stale
  /// Another process holds it. The same request may succeed later.
  case busy

  // MARK: What ended it

  /// A signal ended it; what was done until then is kept.
  case interrupted(signal: Int32)
  /// A process that this one started has failed.
  case process(exitCode: Int32)
  /// A defect of this package. So is every error that has no category.
  case `internal`

  /// The category of any error: its own if it is an ``AccreteError``, otherwise ``internal``.
  public init(of error: any Error) { self = (error as? any AccreteError)?.category ?? .internal }

  /// With which exit code a program ends, of `sysexits.h` as far as it has one.
  public var exitCode: Int32 {
    switch self {
    case .usage, .notFound, .conflict: 64
    case .data, .tooLarge, .damaged: 65
    case .incompatible: 69
    case .internal: 70
    case .inputOutput, .resources: 74
    case .stale, .busy: 75
    case .interrupted(let signal): 128 + signal
    case .process(let code): code
    }
  }

  /// With which HTTP status a server answers.
  public var httpStatus: Int {
    switch self {
    case .usage: 400
    case .notFound: 404
    case .conflict, .stale: 409
    case .tooLarge: 413
    case .data: 422
    case .resources, .busy, .interrupted: 503
    case .damaged, .incompatible, .inputOutput, .process, .internal: 500
    }
  }
}
