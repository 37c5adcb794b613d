package import Files
import Foundation
import Synchronization

/// What one process knows of a run's seal: a reader what the file says, a writer what it will say.
package final class RunSealing: Sendable {
  private struct State {
    var seal: RunSeal?
    /// What is on disk.
    var stored: RunSeal?
    var isKnown = false
    /// Whether this process holds the run's lock: then nobody else changes the folder.
    var isOwn = false
    /// Files that this process wrote.
    var written: Set<String> = []
  }

  private let state = Mutex(State())

  /// The seal of a folder; `nil`: it has none, because nothing is scored yet, or an earlier version made it.
  package func seal(of folder: RunFolder) throws -> RunSeal? {
    if let known = state.withLock({ $0.isKnown ? .some($0.seal) : nil }) { return known }
    let read = try folder.readSeal()
    state.withLock { ($0.seal, $0.stored, $0.isKnown) = (read, read, true) }
    return read
  }

  /// Looks again, after a file was not what the seal says: another process may have written both since.
  /// - Returns: Whether it is another one now.
  package func hasChanged(_ folder: RunFolder) throws -> Bool {
    let (known, isOwn) = state.withLock { ($0.seal, $0.isOwn) }
    guard !isOwn else { return false }
    let read = try folder.readSeal()
    state.withLock { ($0.seal, $0.stored, $0.isKnown) = (read, read, true) }
    return read != known
  }

  /// From now on this process alone decides it.
  package func own(_ seal: RunSeal) {
    state.withLock { ($0.seal, $0.isKnown, $0.isOwn) = (seal, true, true) }
  }

  /// Files that this process wrote, but for those that it announced.
  package var written: Set<String> { state.withLock { $0.written } }

  /// Notes a file that was written.
  package func record(_ digest: Digest, at name: String) {
    update { $0.files[name] = digest }
    state.withLock { _ = $0.written.insert(name) }
  }

  /// Changes what the seal will say.
  package func update(_ change: (inout RunSeal) -> Void) {
    state.withLock { state in
      var seal = state.seal ?? RunSeal()
      // Held once, so that it is changed in place.
      state.seal = nil
      change(&seal)
      state.seal = seal
    }
  }

  /// Writes the seal, where it is another than that on disk.
  package func write(to folder: RunFolder) throws {
    let (seal, stored) = state.withLock { ($0.seal, $0.stored) }
    guard let seal, seal != stored else { return }
    try AtomicFile.write(SealedJSON.encode(seal), to: folder.inside(folder.seal))
    state.withLock { $0.stored = seal }
  }
}
