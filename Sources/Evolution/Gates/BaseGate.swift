import Assurance
import Decoder
import Generation
import Registry

/// G1: the base is what it was.
enum BaseGate {
  /// - Parameter registry: The registry, which knows what its base was.
  /// - Parameter base: The base as it lies there now.
  static func gate(_ registry: Registry, _ base: Base) throws -> Gate {
    let now = try Checkpoint(folder: base.folder).digest
    let isSame = try registry.base().weights == now
    return Gate(
      "G1", "Is the base what it was?", isSame ? .pass : .fail,
      finding: isSame
        ? "the base's weights still have the digest \(now)" : "the base's weights have the digest \(now) now",
      help: "Restore the base's files, and start again.")
  }
}
