import Files
import Synchronization

/// How versions that were asked for lately read rows: whoever asks cuts its texts into tokens before the engine has them.
final class RowEncoders: Sendable {
  private let known = Mutex<[Digest: RowEncoder]>([:])
  private let most: Int

  /// - Parameter most: Versions that are known at once.
  init(most: Int = 1_000) { self.most = most }

  subscript(version: Digest) -> RowEncoder? { known.withLock { $0[version] } }

  func keep(_ encoder: RowEncoder, for version: Digest) {
    known.withLock { known in
      if known.count >= most, known[version] == nil { known.removeAll() }
      known[version] = encoder
    }
  }
}
