import Files
import Foundation

/// The blobs of a registry: files that are named by the digest of their bytes, written once.
///
/// A blob is written under another name, flushed, renamed and its folder flushed before anything names it: a name that is there is whole.
struct BlobStore: Sendable {
  /// `blobs/sha256`.
  let folder: URL
  /// What is being written.
  let temporary: URL
  /// Younger files may belong to what somebody is about to register.
  static let quietSeconds = 24 * 3600

  init(in registry: URL) {
    let blobs = registry.appendingPathComponent(RegistryFolder.blobs)
    folder = blobs.appendingPathComponent("sha256")
    temporary = blobs.appendingPathComponent("tmp")
  }

  /// Makes its folders.
  func make() throws {
    for part in [folder, temporary] { try RegistryFolder.make(part) }
  }

  func url(_ digest: Digest) -> URL { folder.appendingPathComponent(digest.hexadecimal, isDirectory: false) }

  /// Stores bytes.
  /// - Throws: `FileError`; nothing is left then.
  func add(_ data: Data, media: String) throws -> BlobReference {
    let digest = Digest(of: data)
    if try refresh(digest, bytes: data.count) {
      return BlobReference(digest: digest, bytes: data.count, media: media)
    }
    try write { descriptor, path in
      try data.withUnsafeBytes { try AtomicFile.writeAll($0, to: descriptor, path: path) }
      return digest
    }
    return BlobReference(digest: digest, bytes: data.count, media: media)
  }

  /// Stores a copy of a file, a piece at a time.
  /// - Throws: `FileError`; nothing is left then.
  func add(fileAt url: URL, media: String) throws -> BlobReference {
    let source = try RegularFile(url)
    var running = RunningDigest()
    try write { descriptor, path in
      while true {
        let piece = try source.next()
        if piece.isEmpty { break }
        running.update(Data(piece))
        try piece.withUnsafeBytes { try AtomicFile.writeAll($0, to: descriptor, path: path) }
      }
      return running.digest
    }
    return BlobReference(digest: running.digest, bytes: Int(clamping: running.bytes), media: media)
  }

  /// The bytes, which are those that the name says.
  /// - Throws: ``RegistryError/blobMissing(_:path:)``, ``RegistryError/blobChanged(expected:got:path:)``, `FileError`.
  func read(_ digest: Digest) throws -> Data {
    let url = url(digest)
    let data: Data
    do {
      let file = try opened(url)
      var bytes = Data(capacity: file.size)
      while true {
        let piece = try file.next()
        if piece.isEmpty { break }
        bytes.append(contentsOf: piece)
      }
      data = bytes
    } catch FileError.notFound {
      throw RegistryError.blobMissing(digest, path: url.path)
    }
    let got = Digest(of: data)
    guard got == digest else { throw RegistryError.blobChanged(expected: digest, got: got, path: url.path) }
    return data
  }

  /// Requires that a blob is there and has not changed; its size.
  /// - Throws: As ``read(_:)``.
  @discardableResult
  func verify(_ digest: Digest) throws -> Int {
    let url = url(digest)
    do {
      let file = try opened(url)
      var running = RunningDigest()
      while true {
        let piece = try file.next()
        if piece.isEmpty { break }
        running.update(Data(piece))
      }
      let got = running.digest
      guard got == digest else { throw RegistryError.blobChanged(expected: digest, got: got, path: url.path) }
      return Int(clamping: running.bytes)
    } catch FileError.notFound {
      throw RegistryError.blobMissing(digest, path: url.path)
    }
  }

  /// A blob's file, which lies in the registry: a link would make a backup that has no blob.
  private func opened(_ url: URL) throws -> RegularFile {
    var status = stat()
    if lstat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
      throw FileError.linkLeadsOut(
        path: url.path, target: (try? FileManager.default.destinationOfSymbolicLink(atPath: url.path)) ?? "nowhere")
    }
    return try RegularFile(url)
  }

  /// A blob's size without a look at its bytes; `nil` where it is missing.
  func size(_ digest: Digest) -> Int? {
    var status = stat()
    guard lstat(url(digest).path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// When a blob was last added, seconds since 1970; `nil` where it is missing.
  func added(_ digest: Digest) -> Int? { Self.modified(url(digest)) }

  static func modified(_ url: URL) -> Int? {
    var status = stat()
    guard lstat(url.path, &status) == 0 else { return nil }
    return Int(status.st_mtim.tv_sec)
  }

  /// Removes a blob; fine where it is missing.
  /// - Throws: `FileError`.
  func remove(_ digest: Digest) throws {
    guard unlink(url(digest).path) == 0 || errno == ENOENT else {
      throw FileError.system(errno, writing: url(digest).path)
    }
  }

  /// Everything that lies in the folder of blobs.
  func names() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] }

  /// Everything that was left while it was written.
  func leftovers() -> [URL] {
    ((try? FileManager.default.contentsOfDirectory(atPath: temporary.path)) ?? []).map {
      temporary.appendingPathComponent($0)
    }
  }

  /// Whether the blob is there as it should be. It counts as added now: `registry gc` leaves what is young.
  private func refresh(_ digest: Digest, bytes: Int) throws -> Bool {
    guard size(digest) == bytes, (try? verify(digest)) == bytes else { return false }
    guard utimensat(AT_FDCWD, url(digest).path, nil, 0) == 0 else {
      throw FileError.system(errno, writing: url(digest).path)
    }
    return true
  }

  /// - Parameter fill: Writes the bytes, and says their digest.
  func write(_ fill: (_ descriptor: Int32, _ path: String) throws -> Digest) throws {
    let partial = temporary.appendingPathComponent("\(getpid())-\(UUID().uuidString)")
    let descriptor = open(partial.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError.system(errno, writing: partial.path) }
    var isOpen = true
    do {
      let file = url(try fill(descriptor, partial.path))
      // Before the flush, so that the mode is as durable as the bytes.
      guard fchmod(descriptor, 0o444) == 0, fsync(descriptor) == 0 else {
        throw FileError.system(errno, writing: partial.path)
      }
      isOpen = false
      guard close(descriptor) == 0 else { throw FileError.system(errno, writing: partial.path) }
      guard rename(partial.path, file.path) == 0 else { throw FileError.system(errno, writing: file.path) }
      RegistryFolder.flush(folder)
    } catch {
      if isOpen { close(descriptor) }
      unlink(partial.path)
      throw error
    }
  }
}
