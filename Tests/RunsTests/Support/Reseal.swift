import Files
import Foundation

@testable import Records
@testable import Runs

/// Writes the digests of the files as they are now into a run's `seal.json`: what somebody does who wants changes to go unnoticed, and
/// what a test of the checks behind the seal needs.
func reseal(_ folder: URL) throws {
  let run = RunFolder(folder)
  var seal = try RunSeal.decode(Data(contentsOf: run.seal), path: run.seal.path)
  for name in seal.files.keys {
    let file = folder.appendingPathComponent(name)
    seal.files[name] = FileManager.default.fileExists(atPath: file.path) ? try Digest(ofFile: file) : nil
  }
  for name in seal.logs.keys {
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    seal.logs[name] = RunSeal.Log(bytes: UInt64(data.count), digest: Digest(of: data))
  }
  try SealedJSON.encode(seal).write(to: run.seal)
}

/// What `verify` calls the look at digests, the list of the newest checkpoint among them: tests of what is behind it leave it out.
let sealedFiles = "files as they were written"
