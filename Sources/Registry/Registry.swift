import AuditedDatabase
public import Files
public import Foundation
import GRDB

/// Task models for years: versions that never change, what of them is released, and who did what.
///
/// A folder: `registry.sqlite` has the rows, `blobs/sha256/` the bytes, each file named by its digest. Several processes may read and write
/// at once; a process that dies at any moment leaves an operation done or not done. It knows no model: what a version's blobs mean is
/// for others.
public final class Registry: Sendable {
  public enum Access: Sendable {
    /// Changes nothing.
    case reading
    case writing
  }

  /// The registry's folder.
  public let url: URL
  let database: RegistryDatabase
  let blobs: BlobStore
  /// Says when it is.
  let clock: @Sendable () -> Date
  /// Versions that may be registered at a time.
  let mostVersions: Int

  /// Versions that a registry takes: listing, verifying and copying were made for so many.
  public static let usualMostVersions = 100_000

  init(_ url: URL, database: RegistryDatabase, mostVersions: Int, clock: @escaping @Sendable () -> Date) {
    self.url = url
    self.database = database
    self.mostVersions = mostVersions
    self.clock = clock
    blobs = BlobStore(in: url)
  }

  /// Makes a registry in a folder that is missing or empty.
  ///
  /// - Parameter url: The folder.
  /// - Parameter base: The base that all its versions are made on.
  /// - Parameter actor: Who does it, for the audit.
  /// - Throws: ``RegistryError``, `FileError`; nothing is left of it then.
  public static func create(at url: URL, base: BaseRecord, actor: String) throws -> Registry {
    try create(at: url, base: base, actor: actor, clock: { Date() })
  }

  package static func create(
    at url: URL, base: BaseRecord, actor: String, clock: @escaping @Sendable () -> Date
  ) throws -> Registry {
    let url = URL(fileURLWithPath: url.standardizedFileURL.path)
    if RegistryFolder.holdsRegistry(url) { throw RegistryError.alreadyARegistry(path: url.path) }
    let parent = url.deletingLastPathComponent()
    try RegistryFolder.make(parent)
    try NetworkFileSystem.refuse(parent)
    // An empty folder may be there, and only an empty one goes.
    if rmdir(url.path) != 0, errno != ENOENT {
      throw RegistryError.invalid(
        what: url.path, got: "a folder that is not empty, or a file", expected: "a folder that is missing or empty",
        fix: "Choose another one with --registry.")
    }
    try NewFolder.make(url) { folder in
      try BlobStore(in: folder).make()
      let database = try RegistryDatabase(in: folder, access: .writing)
      try database.migrate()
      try database.write(clock: clock, actor: actor) { ledger in
        try ledger.insert(
          .registry,
          [
            "one": 1, "id": UUID().uuidString.lowercased(),
            "base": String(decoding: try Self.binding(base), as: UTF8.self),
            "path": base.path, "created": ledger.at,
          ])
        try ledger.record("create", "registry", ["base": .text(base.weights.description)])
      }
      try database.close()
      try RegistryFolder.flush(file: folder.appendingPathComponent(RegistryFolder.database))
    }
    return try open(url, access: .writing, clock: clock)
  }

  /// Whether a folder holds a registry.
  public static func exists(at url: URL) -> Bool { RegistryFolder.holdsRegistry(url) }

  /// Opens a registry.
  ///
  /// - Parameter url: Its folder.
  /// - Parameter access: Whether it may be changed.
  /// - Throws: ``RegistryError``: not a registry, a newer schema, a network file system.
  public static func open(_ url: URL, access: Access = .writing) throws -> Registry {
    try open(url, access: access, clock: { Date() })
  }

  /// - Parameter mostVersions: Versions that may be registered at a time.
  package static func open(
    _ url: URL, access: Access, mostVersions: Int = Registry.usualMostVersions,
    clock: @escaping @Sendable () -> Date
  ) throws -> Registry {
    let url = URL(fileURLWithPath: url.standardizedFileURL.path)
    guard RegistryFolder.holdsRegistry(url) else { throw RegistryFolder.whyNone(in: url) }
    try NetworkFileSystem.refuse(url)
    try RegistryFolder.requireRegular(url)
    // What is only read may lie where nothing can be written, and has an old schema only as long as nobody writes.
    var database = try RegistryDatabase(in: url, access: access)
    let found = try database.read(Schema.version)
    guard found <= Schema.newest else {
      throw RegistryError.newerSchema(path: url.path, found: found, known: Schema.newest)
    }
    if found < Schema.newest {
      if access == .reading { database = try RegistryDatabase(in: url, access: .writing) }
      let lock = try FileLock(url.appendingPathComponent(RegistryFolder.lock))
      try RegistryError.translating { try lock.take(waiting: 60) }
      defer { lock.letGo() }
      // Another process may have been first.
      let found = try database.read(Schema.version)
      guard found > 0 else { throw RegistryError.damaged(path: database.path, reason: "it has no schema") }
      if found < Schema.newest { try database.migrate() }
    }
    let registry = Registry(url, database: database, mostVersions: mostVersions, clock: clock)
    // A copy of the folder may lack what was empty.
    if access == .writing { try registry.blobs.make() }
    return registry
  }

  /// Closes its database; the registry is of no use afterwards. Without it, that happens when the last reference goes.
  /// - Throws: ``RegistryError``.
  public func close() throws { try database.close() }

  /// The base's digests, which never change, as they are stored.
  private static func binding(_ base: BaseRecord) throws -> Data {
    try CanonicalJSON.encode(
      BaseRecord(path: "", weights: base.weights, configuration: base.configuration, tokenizer: base.tokenizer))
  }

  /// The base that its versions were made on.
  /// - Throws: ``RegistryError``.
  public func base() throws -> BaseRecord { try database.read(base) }

  func base(_ database: Database) throws -> BaseRecord {
    guard let row = try Row.fetchOne(database, sql: "SELECT base, path FROM registry") else {
      throw RegistryError.damaged(path: self.database.path, reason: "it does not say which base it has")
    }
    var base = try JSONFile.decode(
      BaseRecord.self, from: Data((try row.value(0) as String).utf8), path: self.database.path)
    base.path = try row.value(1)
    return base
  }

  /// Says where the base lies now. Its digests stay those that decide.
  ///
  /// - Parameter path: The base's folder.
  /// - Parameter actor: Who does it.
  /// - Throws: ``RegistryError``.
  public func setBasePath(_ path: String, actor: String) throws {
    try write(actor) { ledger in
      guard try base(ledger.database).path.hasSameCodePoints(as: path) == false else { return }
      try ledger.update(.registry, ["path": path], where: ["one": 1])
      try ledger.record("base", path)
    }
  }

  /// Requires that a base is the registry's, by its digests.
  ///
  /// - Parameter weights: The digest of its weights.
  /// - Parameter tokenizer: The digest of its tokenizer.
  /// - Parameter path: Where it lies, for the message.
  /// - Throws: ``RegistryError/otherBase(what:expected:got:)``.
  public func requireBase(weights: Digest, tokenizer: Digest, at path: String) throws {
    let base = try base()
    guard weights == base.weights else {
      throw RegistryError.otherBase(what: "base \(path)", expected: base.weights, got: weights)
    }
    guard tokenizer == base.tokenizer else {
      throw RegistryError.otherBase(what: "tokenizer of \(path)", expected: base.tokenizer, got: tokenizer)
    }
  }

  /// Says that this process learns a task; one process at a time does.
  ///
  /// - Parameter name: The task, for those who are refused.
  /// - Parameter seconds: How long to wait for another process; 0 refuses at once.
  /// - Throws: ``RegistryError/locked(path:by:)``, which says who learns what since when.
  public func lockForLearning(name: String, waiting seconds: Double = 0) throws -> LearningLock {
    try LearningLock(url.appendingPathComponent(RegistryFolder.learningLock), name: name, waiting: seconds)
  }

  /// Changes rows, with their audit entries or not at all.
  func write<Result>(_ actor: String, _ body: (inout Ledger) throws -> Result) throws -> Result {
    try database.write(clock: clock, actor: actor, body)
  }
}
