import Dispatch
public import Files
public import Foundation
import Generation
public import Registry
import Synchronization

/// Names to versions: what a server can be asked for.
///
/// It holds the registry's last state, so that a name is found without the disk, and follows the registry whichever process changes it:
///
/// ```swift
/// let catalog = try ModelCatalog(Registry.open(folder, access: .reading))
/// async let following: Void = catalog.follow()
/// let spam = try catalog.resolve("spam")      // spam@7, whatever is released meanwhile
/// ```
///
/// A registry that cannot be read, because its files are gone or damaged, leaves the last state in place; ``problem`` says so until it can be
/// read again.
public final class ModelCatalog: Sendable {
  /// The base's served name.
  public let basicName: String
  let source: RegistrySource
  /// Whose versions these are: a registry that takes this one's place has to have the same.
  let base: BaseRecord
  /// The digest of the base's chat template.
  let template: Digest?
  let state: Mutex<State>
  /// Where the disk is read: one look at a time, and no thread of Swift's waits for it.
  let queue = DispatchQueue(label: "accrete.catalog")

  struct State {
    var snapshot: CatalogSnapshot
    var watch: RegistryWatch
    /// How the registry looked before the snapshot was read.
    var mark: RegistryWatch.Mark
    var failure: Failure?
    /// How many of the snapshot's manifests were read ahead.
    var position = 0
    var listeners: [Int: AsyncStream<CatalogChange>.Continuation] = [:]
    var nextListener = 0
  }

  /// Why the last look did not end in a snapshot.
  struct Failure {
    let text: String
    /// When the first of them failed, and the last.
    let since: ContinuousClock.Instant
    let at: ContinuousClock.Instant
  }

  /// - Parameters:
  ///   - registry: Opened for reading.
  ///   - basicName: What the base is called; `nil`: as its folder.
  ///   - template: The digest of the base's chat template, for lists.
  /// - Throws: ``CatalogError/invalidName(_:fix:)`` for a name that the base cannot have; `RegistryError`, `FileError`.
  public init(_ registry: Registry, basicName: String? = nil, template: Digest? = nil) throws {
    source = RegistrySource(registry)
    // Before its contents: what changes in between is seen by the first look.
    let watch = try registry.watch()
    let mark = try watch.mark()
    let contents = try registry.contents()
    let name = try basicName.map(Self.checked) ?? Self.basicName(ofBaseAt: contents.base.path)
    let snapshot = CatalogSnapshot(contents, basicName: name, template: template, after: nil, from: source)
    (base, self.template, self.basicName) = (contents.base, template, name)
    state = Mutex(State(snapshot: snapshot, watch: watch, mark: mark))
  }

  deinit {
    state.withLock { state in
      for listener in state.listeners.values { listener.finish() }
    }
  }

  /// The model that a name means now.
  ///
  /// - Parameter name: As a request has it: `auto`, `base`, `spam`, `spam@7`, `spam:stable`, `spam@sha256:9f86d081884c`.
  /// - Throws: ``CatalogError``; `RegistryError`, `FileError` or ``ServingError`` for a version whose manifest cannot be read.
  public func resolve(_ name: String) throws -> ServedModel {
    let model = try snapshot.model(name)
    try model.requireReadable()
    return model
  }

  /// What can be asked for: the base, `auto` if there is a router, then released versions by name.
  ///
  /// - Parameter all: Whether versions in use that are not released are there, too, by name and number.
  public func models(all: Bool) -> [ServedModel] {
    let snapshot = snapshot
    return all ? snapshot.all : snapshot.served
  }

  /// The revision of the current release; `nil`: nothing is released.
  public var revision: Int? { snapshot.revision }

  /// Why the registry cannot be read now, so that what is served may be old; `nil`: it can.
  public var problem: String? { state.withLock { $0.failure?.text } }

  /// The registry that is read: another object after its files were replaced.
  public var registry: Registry { source.registry }

  var snapshot: CatalogSnapshot { state.withLock { $0.snapshot } }

  /// Each release as it is seen, beginning with the current one. Who is slow misses releases, and never the last.
  public func changes() -> AsyncStream<CatalogChange> {
    let (stream, continuation) = AsyncStream<CatalogChange>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      let number = state.nextListener
      state.nextListener += 1
      state.listeners[number] = continuation
      continuation.yield(CatalogChange(state.snapshot))
      return number
    }
    continuation.onTermination = { [weak self] _ in self?.forget(number) }
    return stream
  }

  private func forget(_ listener: Int) { state.withLock { $0.listeners[listener] = nil } }

  // MARK: The base's name

  /// Bytes that the base's name has at most.
  private static let longestName = 128

  /// The name that a base has by its folder: the last part of the path, or the model's name where that is a snapshot of Hugging Face's cache.
  /// What no name can have becomes `-`.
  public static func basicName(ofBaseAt path: String) -> String {
    let folder = URL(fileURLWithPath: path)
    let hub = HubCache.name(of: folder)?.repository.split(separator: "/").last.map(String.init)
    let name = PlainName.proposal(for: hub ?? folder.lastPathComponent, longest: longestName) ?? ModelName.baseName
    return name.lowercased().hasSameCodePoints(as: ModelName.autoName) ? ModelName.baseName : name
  }

  private static func checked(_ name: String) throws -> String {
    // Slashes, as in names of Hugging Face's hub; a mark of versions would make two things of one name.
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard name.utf8.count <= longestName, parts.allSatisfy({ PlainName.isPlain($0, longest: longestName) }) else {
      throw CatalogError.invalidName(
        name, fix: "The base's name has up to \(longestName) ASCII letters, digits, \".\", \"_\", \"-\" and \"/\".")
    }
    guard !name.lowercased().hasSameCodePoints(as: ModelName.autoName) else {
      throw CatalogError.invalidName(name, fix: "auto is what finds a request's task: call the base otherwise.")
    }
    return name
  }
}

extension CatalogChange {
  init(_ snapshot: CatalogSnapshot) { self.init(revision: snapshot.revision, versions: snapshot.released) }
}
