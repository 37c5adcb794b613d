import Crypto
import Files
import Foundation

/// What the coin says of an item: the same for the same item, task and month, and unpredictable without the key.
struct CoinToss: Sendable, Equatable {
  /// From 0 to below 1: a row is drawn where it is less than the share.
  let value: Double
  /// Whether a drawn row calibrates; otherwise it monitors.
  let calibrates: Bool
  /// From 0 to below 1: two people label a drawn row where it is less than the policy's `double`.
  let double: Double
  /// Whether a row that was not drawn is shown without a suggestion, too: drawn rows are then not known by its absence.
  let isBlind: Bool
}

/// The coin's key of a month (E.4: u = HMAC-SHA256(key, item digest ‖ task ‖ month)).
struct CoinKey: Sendable {
  private let key: SymmetricKey
  /// What the database keeps of it.
  let digest: Files.Digest

  /// - Parameter bytes: 32 of them.
  init(_ bytes: Data) {
    key = SymmetricKey(data: bytes)
    digest = Files.Digest(of: bytes)
  }

  /// Tosses the coin.
  ///
  /// - Parameter item: The digest of the item's text.
  /// - Parameter task: Its task.
  /// - Parameter month: As `2026-11`.
  func toss(_ item: Files.Digest, task: String, month: String) -> CoinToss {
    var code = HMAC<SHA256>(key: key)
    code.update(data: item.bytes)
    code.update(data: Data(task.utf8))
    code.update(data: Data(month.utf8))
    return code.finalize().withUnsafeBytes { bytes in
      func share(_ offset: Int) -> Double {
        let number = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        return Double(number >> 11) / Double(1 << 53)
      }
      return CoinToss(
        value: share(0), calibrates: bytes[8] & 1 == 0, double: share(16), isBlind: bytes[9] & 3 == 0)
    }
  }
}

/// The coin's keys in a registry's folder `secrets/`: a file a month, which its owner alone may read.
struct CoinKeys: Sendable {
  let folder: URL

  /// The month of a time, UTC.
  static func month(_ date: Date) -> String {
    String(date.formatted(.iso8601.year().month().day().dateSeparator(.dash)).prefix(7))
  }

  private func url(_ month: String) -> URL { folder.appendingPathComponent("coin-\(month).key", isDirectory: false) }

  /// The key of a month; `nil`: there is none that is whole.
  func key(_ month: String) -> CoinKey? {
    guard let url = try? FolderFile.url("coin-\(month).key", in: folder),
      let file = try? MappedFile(url), file.bytes.count == 32
    else { return nil }
    return CoinKey(file.data())
  }

  /// Makes the key of a month where there is none.
  ///
  /// - Throws: `FileError`.
  func make(_ month: String) throws -> CoinKey {
    if mkdir(folder.path, 0o700) != 0, errno != EEXIST { throw FileError.system(errno, writing: folder.path) }
    let path = url(month).path
    if let key = key(month) { return key }
    // Whole under another name first, and then under its own, which nobody may have: a process that dies between leaves no half of a key.
    let draft = path + ".\(UUID().uuidString)"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError.system(errno, writing: draft) }
    defer {
      close(descriptor)
      unlink(draft)
    }
    let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
    try bytes.withUnsafeBytes { try AtomicFile.writeAll($0, to: descriptor, path: draft) }
    guard fsync(descriptor) == 0 else { throw FileError.system(errno, writing: draft) }
    guard link(draft, path) == 0 else {
      if errno == EEXIST, let key = key(month) { return key }
      throw FileError.system(errno, writing: path)
    }
    AtomicFile.flush(folder)
    return CoinKey(bytes)
  }
}
