import Files
import Foundation
import Torch

/// The list of a run's files, as its checkpoints hold it: each names those that are new, or others, since the one before it between two
/// tasks. The newest one so seals all files, those of all earlier checkpoints among them, and `seal.json` must say the same.
///
/// Left out is what the machine decides and not the configuration: equal runs have equal checkpoints, to the byte. Costs, metrics (which
/// repeat them), timings and checkpoints inside of tasks stand in `seal.json` alone.
enum CheckpointFiles {
  /// What a checkpoint says of the files of a run.
  typealias List = [String: Digest]

  /// Files of a seal that checkpoints name. `manifest.json` is bound to each by itself.
  static func decided(_ seal: RunSeal, in folder: RunFolder) -> List {
    let others = Set([folder.costs, folder.metrics, folder.manifest].map(folder.name))
    return seal.files.filter { name, _ in
      !others.contains(name) && CheckpointPlace(path: name)?.step == nil
    }
  }

  /// All that the checkpoints of a folder name, up to one of them; later ones win.
  /// - Returns: nil where an earlier version wrote one of them.
  static func listed(in folder: RunFolder, upTo newest: CheckpointPlace) throws -> List? {
    var all: List = [:]
    for place in try folder.checkpointPlaces() where place == newest || (place.step == nil && place < newest) {
      guard let files = try RunCheckpoint.state(of: folder.inside(folder.checkpoint(place))).files else { return nil }
      all.merge(files) { _, later in later }
    }
    return all
  }
}

extension Inspection {
  /// The newest checkpoint seals what `seal.json` says.
  /// - Returns: what was found, in words.
  func sealedByCheckpoint(_ seal: RunSeal) throws -> String {
    guard let newest = try folder.checkpointPlaces().last else { return "" }
    let file = folder.checkpoint(newest)
    guard let listed = try CheckpointFiles.listed(in: folder, upTo: newest) else {
      return "; an earlier version wrote checkpoints, which do not list them"
    }
    var problems = ProblemList()
    let events = folder.name(of: folder.events)
    for (name, digest) in listed.sorted(by: { $0.key < $1.key }) where name != events {
      problems.look {
        guard !seal.allows(digest, at: name) else { return }
        try same("\(name) in the list of \(file.lastPathComponent)", "\(digest)", seal.said(of: name))
      }
    }
    problems.look {
      let bytes = try RunCheckpoint.state(of: folder.inside(file)).eventBytes
      let now = try RunningDigest(ofFirst: bytes, in: folder.inside(folder.events)).digest
      try same("\(events) in the list of \(file.lastPathComponent)", listed[events], now)
    }
    if newest.learned == manifest.tasks.count, seal.before.isEmpty {
      let own = folder.name(of: file)
      for name in CheckpointFiles.decided(seal, in: folder).keys.sorted() where listed[name] == nil && name != own {
        problems.look { try same("\(name) in the list of \(file.lastPathComponent)", "not there", seal.said(of: name)) }
      }
    }
    guard problems.isEmpty else { throw VerificationError.several(problems.text) }
    return ", \(listed.count) of them also in the list that \(file.lastPathComponent) seals"
  }
}

extension RunSeal {
  fileprivate func said(of name: String) -> String { files[name]?.description ?? "not there" }
}
