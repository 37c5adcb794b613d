import Files
import Torch

/// Where the tensors of a checkpoint between two tasks lie, in its own file or in that of an earlier one, and which files they seal.
///
/// The next checkpoint writes what is not among them. Locations are resolved: the file that is named holds the bytes itself.
struct CheckpointIndex {
  struct Location {
    /// Of the tensor: type, shape and bytes.
    let digest: Digest
    /// Name of the checkpoint's file.
    let file: String
  }

  /// By name.
  var locations: [String: Location] = [:]
  /// The digest that each of these files carries of itself.
  var seals: [String: String] = [:]
  /// Files of the run that it and the checkpoints before it between two tasks seal.
  var files = CheckpointFiles.List()

  /// Before the first checkpoint.
  init() {}

  /// - Parameter content: Of a checkpoint that was read from `file`.
  init(_ content: RunCheckpoint.Content, file: String) throws {
    seals = content.seals
    for (name, tensor) in content.tensors {
      locations[name] = Location(digest: try tensor.digest(), file: content.owners[name] ?? file)
    }
  }
}
