import Files
import Foundation
import Records
import Runs

extension Inspection {
  /// The newest checkpoint seals what `seal.json` says.
  /// - Returns: What was found, in words.
  func sealedByCheckpoint(_ seal: RunSeal) throws -> String {
    guard let newest = try folder.checkpointPositions().last else { return "" }
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
