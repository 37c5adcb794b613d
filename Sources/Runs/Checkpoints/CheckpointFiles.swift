package import Files
import Foundation
package import Records
import Torch

/// The list of a run's files, as its checkpoints hold it: each names those that are new, or others, since the one before it between two
/// tasks. The newest one so seals all files, those of all earlier checkpoints among them, and `seal.json` must say the same.
///
/// Left out is what the machine decides and not the configuration: equal runs have equal checkpoints, to the byte. Costs, metrics (which
/// repeat them), timings and checkpoints inside of tasks stand in `seal.json` alone.
package enum CheckpointFiles {
  /// What a checkpoint says of the files of a run.
  package typealias List = [String: Digest]

  /// Files of a seal that checkpoints name. `manifest.json` is bound to each by itself.
  package static func decided(_ seal: RunSeal, in folder: RunFolder) -> List {
    let others = Set([folder.costs, folder.metrics, folder.manifest].map(folder.name))
    return seal.files.filter { name, _ in
      !others.contains(name) && CheckpointPosition(path: name)?.step == nil
    }
  }

  /// All that the checkpoints of a folder name, up to one of them; later ones win.
  /// - Returns: `nil` where an earlier version wrote one of them.
  package static func listed(in folder: RunFolder, upTo newest: CheckpointPosition) throws -> List? {
    var all: List = [:]
    for position in try folder.checkpointPositions()
    where position == newest || (position.step == nil && position < newest) {
      guard let files = try RunCheckpoint.state(of: folder.inside(folder.checkpoint(position))).files else {
        return nil
      }
      all.merge(files) { _, later in later }
    }
    return all
  }
}
