import CRegistry
import Files
import Foundation

/// What a registry's folder holds, and on what kind of disk it may lie.
enum RegistryFolder {
  static let database = "registry.sqlite"
  /// Held while the schema changes, and while blobs are removed or copied away.
  static let lock = "registry.lock"
  /// The queue of writers.
  static let writeLock = "write.lock"
  static let learningLock = "learn.lock"
  static let blobs = "blobs"
  /// What is not a version yet.
  static let work = "work"

  static func holdsRegistry(_ folder: URL) -> Bool { FolderFile.exists(database, in: folder) }

  /// Why a folder holds no registry that can be opened: a folder that this user may not enter may well hold one.
  static func whyNone(in folder: URL) -> any Error {
    var status = stat()
    guard lstat(folder.appendingPathComponent(database).path, &status) != 0, errno == EACCES else {
      return RegistryError.notARegistry(path: folder.path)
    }
    return FileError.notReadable(
      path: folder.path,
      reason:
        "permission denied. Ask its owner for the right to read it (`chmod u+rx` gives it to the owner), or name another registry with --registry or $ACCRETE_REGISTRY."
    )
  }

  /// Requires that nothing in the folder is a link out of it, and that what SQLite is about to open are files: opening a
  /// pipe would block until somebody writes into it.
  /// - Throws: `FileError`.
  static func requireRegular(_ folder: URL) throws {
    for name in [database, blobs, work] where FolderFile.exists(name, in: folder) {
      _ = try FolderFile.url(name, in: folder)
    }
    for name in [database, database + "-wal", database + "-shm", database + "-journal"]
    where FolderFile.exists(name, in: folder) {
      _ = try RegularFile(folder.appendingPathComponent(name))
    }
  }

  /// Makes a folder, its parents included.
  /// - Throws: `FileError`.
  static func make(_ url: URL) throws {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch CocoaError.fileWriteOutOfSpace {
      throw FileError.diskFull(path: url.path)
    } catch {
      throw FileError.notWritable(path: url.path, reason: error.localizedDescription)
    }
  }

  /// Makes names in a folder durable; a file system that cannot flush folders is not a reason to fail.
  static func flush(_ folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Flushes a file that another library has written.
  /// - Throws: `FileError`.
  static func flush(file: URL) throws {
    let descriptor = open(file.path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError.system(errno, writing: file.path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError.system(errno, writing: file.path) }
  }
}

/// File systems that several machines may have mounted.
enum NetworkFileSystem {
  /// The numbers by which the system knows them.
  private static let names: [UInt32: String] = [
    0x6969: "NFS", 0x517B: "SMB", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB2", 0x5346_414F: "AFS", 0x6B41_4653: "AFS",
    0x00C3_6400: "Ceph", 0x0BD0_0BD0: "Lustre", 0x0102_1997: "9P", 0x7461_636F: "OCFS2", 0x4750_4653: "GPFS",
    0x1983_0326: "BeeGFS", 0x0116_1970: "GFS2", 0x7375_7245: "Coda", 0x0131_11A8: "IBRIX",
  ]
  private static let fuse: UInt32 = 0x6573_5546
  /// FUSE is how disks of this machine are mounted, too; these are not.
  private static let remote = [
    "sshfs", "glusterfs", "s3fs", "gcsfuse", "cephfs", "rclone", "davfs", "juicefs", "lustre",
  ]

  /// What kind of network file system it is; `nil` for a disk of this machine.
  ///
  /// - Parameter type: The system's number for it.
  /// - Parameter mounted: What FUSE calls it, such as `fuse.sshfs`.
  static func name(type: UInt32, mounted: String) -> String? {
    if let name = names[type] { return name }
    guard type == fuse else { return nil }
    return remote.contains { mounted.contains($0) } ? mounted : nil
  }

  /// - Throws: ``RegistryError/networkFileSystem(path:kind:)``.
  static func refuse(_ folder: URL) throws {
    let number = registry_file_system(folder.path)
    guard number >= 0 else { return }
    let type = UInt32(truncatingIfNeeded: number)
    if let kind = name(type: type, mounted: type == fuse ? mount(of: folder.path) : "") {
      throw RegistryError.networkFileSystem(path: folder.path, kind: kind)
    }
  }

  /// The type of the mount that a path lies on, as the system lists it.
  private static func mount(of path: String) -> String {
    guard let text = try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8) else { return "" }
    return mount(of: path, in: text)
  }

  /// The same by what `/proc/self/mounts` says.
  static func mount(of path: String, in mounts: String) -> String {
    var best: (folder: String, type: String) = ("", "")
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ").map(String.init)
      guard fields.count > 2 else { continue }
      let point = unescaped(fields[1])
      guard point.utf8.count >= best.folder.utf8.count else { continue }
      let folder = point == "/" ? "/" : point + "/"
      if (path + "/").utf8.starts(with: folder.utf8) { best = (point, fields[2]) }
    }
    return best.type
  }

  /// A name of that file, in which the system writes what would end it as octal numbers.
  private static func unescaped(_ name: String) -> String {
    let escapes = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
    return escapes.reduce(name) { text, escape in text.replacing(escape.0, with: escape.1) }
  }
}
