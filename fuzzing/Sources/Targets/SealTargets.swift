import Files
import Foundation
import Records
import Runs
import Verification

let sealTargets: [FuzzTarget] = [
  // seal.json of a run, whose files are looked at by it. `@manifest` stands for the manifest's digest and `@seal` for its own, so
  // that what is behind them is reached.
  FuzzTarget("seal") { input in
    var text = input
    text.replaceFirst("@manifest", by: manifestDigest.description)
    if text.replaceFirst("@seal", by: SealedJSON.blank.description) { text = SealedJSON.sealed(text) }
    run.write(text, to: "seal.json")
    for check in try RunVerification(run.url, recomputing: false).checks {
      try Finding.unless(check.found == check.found.onOneLine, "a check not on one line: \(check.found)")
      try Finding.unless(
        check.found.utf8.count <= 4096 + 2 * text.count, "a check of \(check.found.utf8.count) bytes")
    }
  }
]

extension Data {
  /// Whether `mark` is there: then `text` is in its place.
  @discardableResult
  fileprivate mutating func replaceFirst(_ mark: String, by text: String) -> Bool {
    guard let range = range(of: Data(mark.utf8)) else { return false }
    replaceSubrange(range, with: Data(text.utf8))
    return true
  }
}

private let run: WorkFolder = {
  let workFolder = WorkFolder("run", folder: "checkpoints")
  workFolder.write(manifest, to: "manifest.json")
  workFolder.write(Data("{}\n".utf8), to: "matrix.json")
  workFolder.write(Data("{}\n{}\n".utf8), to: "events.jsonl")
  workFolder.write(Data("1".utf8), to: "checkpoints/task-1.safetensors")
  return workFolder
}()

private let manifestDigest = Digest(of: manifest)

private let manifest: Data = {
  let digest = SealedJSON.blank.description
  let rows = #"{"droppedTokens": 0, "scored": 8, "trained": 20, "truncated": 0, "mostTruncated": []}"#
  let text = """
    {"format": \(Manifest.currentFormat), "accrete": "0.1.0", "libtorch": "2.13.0", "tasks": ["comments"],
     "baseDigest": "\(digest)", "tokenizerDigest": "\(digest)", "promptDigest": "\(digest)",
     "dataDigests": {"/data/comments.jsonl": "\(digest)"}, "rows": {"comments": \(rows)},
     "configuration": {
       "method": "sequential", "adversary": "isolated", "adversaryWeight": 0.1, "alpha": 16, "rank": 8, "dropout": 0.05,
       "base": "/data/base/seedling", "device": "cpu", "evaluateOn": "test", "outputHead": "trained", "seed": 0, "threads": 1,
       "weights": "float32", "checkpoints": {"everySeconds": 300}, "source": {"suite": "files", "files": ["/data/comments.jsonl"], "order": 1},
       "training": {
         "accumulation": 1, "batchSize": 8, "epochs": 5, "gradientCheckpointing": false, "gradientClip": 1, "learningRate": 0.0005, "maxLength": 256,
         "schedule": "constant", "warmupSteps": 0, "weightDecay": 0.01}}}
    """
  do {
    _ = try Manifest.decode(Data(text.utf8), path: "the fuzzer's own manifest")
  } catch {
    Finding("\(error)").stop()
  }
  return Data(text.utf8)
}()
