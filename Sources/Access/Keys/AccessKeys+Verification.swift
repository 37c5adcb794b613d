import Crypto
import Files
import Foundation
import Synchronization

extension AccessKeys {
  /// The keys in use as they were at one moment.
  struct Snapshot {
    let keys: [String: StoredKey]
    /// What ``AccessDatabase/dataVersion()`` was then.
    let version: Int
    /// When somebody last asked whether it still is.
    var polled: ContinuousClock.Instant
  }

  /// A key in use.
  struct StoredKey {
    let grant: AccessGrant
    let digest: Data
  }

  /// What the bearer of a key may do.
  ///
  /// It looks at most four times a second whether the file has changed, so that a key that another process makes or revokes is known within a
  /// second. Where the file cannot be read, nobody is let in.
  ///
  /// - Parameter text: The key, without `Bearer`.
  /// - Throws: ``AccessRefusal/invalidKey`` (also of keys that were revoked), ``AccessRefusal/expired(_:)``; ``AccessError`` and `FileError`
  ///   where the file cannot be read.
  public func verify(_ text: String) throws -> AccessGrant {
    guard let key = KeyText(text) else { throw AccessRefusal.invalidKey }
    let digest = key.digest
    let stored = try stored(key.id)
    // One comparison, in constant time, whether there is such a key or not.
    let isRight = digest == (stored?.digest ?? Self.noDigest)
    guard isRight, let stored else { throw AccessRefusal.invalidKey }
    let now = clock()
    if let expires = stored.grant.expires, now >= expires { throw AccessRefusal.expired(expires) }
    noteUse(of: key.id, at: now)
    return stored.grant
  }

  private static let noDigest = Data(count: KeyText.digestBytes)

  /// The key in use of an id.
  private func stored(_ id: String) throws -> StoredKey? {
    let now = instant()
    return try state.withLock { state in
      guard !state.isClosed else { throw closed(state) }
      if let snapshot = state.snapshot, snapshot.polled.duration(to: now) < Self.pollInterval {
        return snapshot.keys[id]
      }
      do {
        return try snapshot(&state, at: now).keys[id]
      } catch {
        // What could not be looked at is not known any more.
        state.snapshot = nil
        throw error
      }
    }
  }

  /// What the file has now.
  private func snapshot(_ state: inout State, at now: ContinuousClock.Instant) throws -> Snapshot {
    let database = try current(&state)
    if var snapshot = state.snapshot, try database.dataVersion() == snapshot.version {
      snapshot.polled = now
      state.snapshot = snapshot
      return snapshot
    }
    // Before the rows: what is written in between is seen by the next look.
    let version = try database.dataVersion()
    let rows = try database.read { try KeyRow.live($0, path: database.path) }
    let keys = rows.map { ($0.record.id, StoredKey(grant: AccessGrant($0.record), digest: $0.digest)) }
    let snapshot = Snapshot(keys: Dictionary(keys, uniquingKeysWith: { $1 }), version: version, polled: now)
    state.snapshot = snapshot
    return snapshot
  }

  /// Keeps when a key was used, and writes it with the uses of all others once a minute.
  private func noteUse(of id: String, at date: Date) {
    guard mode == .writing else { return }
    let now = instant()
    let pending: (database: AccessDatabase, uses: [String: Int])? = state.withLock { state in
      guard !state.isClosed else { return nil }
      state.uses[id] = Int(saturating: date.timeIntervalSince1970)
      if let written = state.usesWritten, written.duration(to: now) < Self.useInterval { return nil }
      defer { (state.usesWritten, state.uses) = (now, [:]) }
      return (state.database, state.uses)
    }
    guard let pending else { return }
    pending.database.writeLater(
      { try KeyRow.write(pending.uses, $0) },
      completion: { [weak self] problem in
        guard let problem, let self else { return }
        // They are written with the next ones; later uses are the ones that count.
        self.state.withLock { $0.uses.merge(pending.uses) { max($0, $1) } }
        self.report(problem)
      })
  }

  /// The file, for a change or a list.
  func opened() throws -> AccessDatabase {
    try state.withLock { state in
      guard !state.isClosed else { throw closed(state) }
      return try current(&state)
    }
  }

  /// The file that has the name now: the one that was opened may have been removed, or replaced. Keys of a file that is gone open nothing.
  private func current(_ state: inout State) throws -> AccessDatabase {
    guard !state.database.isCurrent else { return state.database }
    state.snapshot = nil
    guard Self.exists(in: folder) else {
      throw AccessError.database(path: state.database.path, reason: "the file was removed while it was open")
    }
    state.database = try AccessDatabase(in: folder, mode: mode)
    return state.database
  }

  /// Own changes are seen by the next request, not only after a while.
  func readAgain() { state.withLock { $0.snapshot = nil } }

  private func closed(_ state: State) -> AccessError {
    .database(path: state.database.path, reason: "the keys were closed")
  }
}
