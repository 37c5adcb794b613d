public import Foundation
import Synchronization

/// The keys with which a server lets requests in: `access.sqlite` in a registry's folder, readable by its owner alone.
///
/// The file is no part of the registry: backups, exports and restores leave it where it is. It has digests of keys, never a key. Several
/// processes may read and write it at once.
///
/// ```swift
/// let keys = try AccessKeys.open(in: registryFolder)
/// let made = try keys.create(AccessKeyRequest("ci", models: ["spam@*"]))   // made.key is shown once
/// let grant = try keys.verify(text)                                        // throws AccessRefusal
/// try grant.require(.infer)
/// try grant.require(model: ["spam", "spam@7"])
/// try keys.revoke("ci")                                                    // servers refuse it within a second
/// ```
public final class AccessKeys: Sendable {
  /// Whether the file may be changed.
  public enum Mode: Sendable {
    /// Changes nothing; last uses are not kept.
    case reading
    case writing
  }

  /// Keys in use that a registry has at most: a server holds all of them.
  public static let mostKeys = 10_000
  /// How old what is known of the file may be: half of the second within which a revocation is to be seen is for the disk.
  static let pollInterval = Duration.milliseconds(250)
  /// How often last uses are written at most.
  static let useInterval = Duration.seconds(60)

  /// The folder that has the file.
  public let folder: URL
  public let mode: Mode
  /// Says when it is: keys end by it.
  let clock: @Sendable () -> Date
  /// Says how much time has passed, also where somebody sets the clock.
  let instant: @Sendable () -> ContinuousClock.Instant
  /// Is given what goes wrong while nobody waits for it.
  let report: @Sendable (any Error) -> Void
  let state: Mutex<State>

  /// What is known of the file at this moment.
  struct State {
    var database: AccessDatabase
    /// `nil`: it has to be read.
    var snapshot: Snapshot?
    /// When each key was last used, as far as that is not written yet, in seconds since 1970.
    var uses: [String: Int] = [:]
    /// When uses were last written.
    var usesWritten: ContinuousClock.Instant?
    var isClosed = false
  }

  private init(
    _ folder: URL, mode: Mode, database: AccessDatabase, clock: @escaping @Sendable () -> Date,
    instant: @escaping @Sendable () -> ContinuousClock.Instant, report: @escaping @Sendable (any Error) -> Void
  ) {
    self.folder = folder
    self.mode = mode
    self.clock = clock
    self.instant = instant
    self.report = report
    state = Mutex(State(database: database))
  }

  /// Whether a folder has a file of keys.
  public static func exists(in folder: URL) -> Bool { AccessDatabase.exists(in: folder) }

  /// Opens the keys of a folder.
  ///
  /// - Parameters:
  ///   - folder: A registry's. That it is one, and on a disk of this machine, is for the caller to know.
  ///   - mode: With ``Mode/writing`` the file is made where there is none.
  ///   - report: Is given what goes wrong while last uses are written, on any thread: no request fails for it.
  /// - Throws: ``AccessError``, `FileError`.
  public static func open(
    in folder: URL, mode: Mode = .writing, report: @escaping @Sendable (any Error) -> Void = { _ in }
  ) throws -> AccessKeys {
    try open(in: folder, mode: mode, clock: { Date() }, instant: { ContinuousClock.now }, report: report)
  }

  package static func open(
    in folder: URL, mode: Mode, clock: @escaping @Sendable () -> Date,
    instant: @escaping @Sendable () -> ContinuousClock.Instant,
    report: @escaping @Sendable (any Error) -> Void = { _ in }
  ) throws -> AccessKeys {
    let folder = URL(fileURLWithPath: folder.standardizedFileURL.path)
    if mode == .writing { try AccessDatabase.make(in: folder) }
    return AccessKeys(
      folder, mode: mode, database: try AccessDatabase(in: folder, mode: mode), clock: clock, instant: instant,
      report: report)
  }

  /// Writes the last uses and closes the file; the keys are of no use afterwards.
  /// - Throws: ``AccessError``, `FileError`.
  public func close() throws {
    let (database, uses) = state.withLock { state in
      defer { (state.isClosed, state.snapshot, state.uses) = (true, nil, [:]) }
      return (state.isClosed ? nil : state.database, state.uses)
    }
    guard let database else { return }
    var problem: (any Error)?
    if mode == .writing, !uses.isEmpty {
      do { try database.write { try KeyRow.write(uses, $0) } } catch { problem = error }
    }
    try database.close()
    if let problem { throw problem }
  }
}
