import Files
import Foundation
import Records

extension Inspection {
  /// Every file that `seal.json` lists is what it was, and no checkpoint is there that it does not list.
  func files() throws -> String {
    while true {
      guard let seal = try folder.sealing.seal(of: folder) else {
        guard try folder.isSealed() else { throw VerificationError.notSealed }
        return "nothing is scored yet"
      }
      var problems = try problems(of: seal)
      var listed = ""
      if problems.isEmpty { problems.look { listed = try sealedByCheckpoint(seal) } }
      // A process that works on the run may have written some of them just now.
      if !problems.isEmpty, try folder.sealing.hasChanged(folder) { continue }
      if !problems.isEmpty { throw VerificationError.several(problems.text) }
      return "\(seal.files.count + seal.logs.count) files, each with the digest in seal.json\(listed)"
    }
  }

  private func problems(of seal: RunSeal) throws -> ProblemList {
    let listed = Set(seal.files.keys).union(seal.before.keys)
    let checkpoints = try folder.checkpointPositions().map { folder.name(of: folder.checkpoint($0)) }
    var problems = ProblemList()
    for name in listed.union(checkpoints).sorted() {
      problems.look { try folder.requireSealed(folder.url.appendingPathComponent(name), by: seal) }
    }
    let isComplete =
      seal.before.isEmpty && seal.files[folder.name(of: folder.checkpoint(after: manifest.tasks.count))] != nil
    for file in [folder.events, folder.timings] {
      problems.look {
        try folder.requireSealedLog(file)
        guard isComplete, let log = seal.logs[folder.name(of: file)] else { return }
        try same("bytes of \(file.lastPathComponent)", log.bytes, UInt64(MappedFile(folder.inside(file)).bytes.count))
      }
    }
    return problems
  }
}
