import Decoder
import Experts
import Files
import Registry
import TaskModels

/// A version as its files are read, on its way to the engine's thread.
///
/// Whoever read it lets go of it, so that one thread has it at a time.
struct LoadedExpert: @unchecked Sendable {
  let task: ServedTask
  /// The expert that writes; `nil`: the version's answers come from its closed-form head alone.
  let expert: PreparedExpert?
  /// Of its factors, what lies in the mapped file.
  let mappedBytes: Int
  /// What it takes of memory now, mapped or its own.
  var bytes: Int { mappedBytes + task.runner.ownBytes + (expert?.madeBytes ?? 0) }

  /// Reads a version.
  ///
  /// - Parameter version: By the digest of its manifest.
  /// - Parameter registry: Where its files are.
  /// - Parameter base: The base.
  /// - Parameter mostBytes: What one of its files may have.
  /// - Throws: `RegistryError`, ``ServingError``, errors of the layers below.
  init(
    _ version: Digest, from registry: Registry, on base: LoadingBase,
    mostBytes: Int = EngineOptions.usualExpertFileBytes
  ) throws {
    task = try registry.load(registry.version(digest: version), on: base.base, mostBytes: mostBytes)
    expert = task.runner.model.expert.map { PreparedExpert($0) }
    mappedBytes = task.runner.mappedBytes
  }
}
