public import Records
import Runs

/// Who works on a comparison: at most one process. Let go of when it is released.
public final class ComparisonLock {
  private let lock: RunLock

  /// - Throws: `ComparisonError.inUse(folder:by:fix:)`, `FileError`.
  public init(_ folder: ComparisonFolder) throws {
    do {
      lock = try RunLock(folder.lock, of: folder.url)
    } catch RunError.inUse(let folder, let by, let fix) {
      throw ComparisonError.inUse(folder: folder, by: by, fix: fix)
    }
  }
}
