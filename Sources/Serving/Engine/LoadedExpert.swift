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
  /// What its factors, heads and sums take.
  let bytes: Int

  /// Reads a version.
  /// - Throws: `RegistryError`, ``ServingError``, errors of the layers below.
  init(_ version: Digest, from registry: Registry, on base: LoadingBase) throws {
    task = try registry.load(registry.version(digest: version), on: base.base)
    expert = try task.runner.model.expert.map { PreparedExpert(try $0.widened()) }
    bytes = task.manifest.parts.values.reduce(0) { $0 + $1.bytes }
  }
}
