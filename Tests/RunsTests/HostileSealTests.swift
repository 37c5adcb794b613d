import Files
import Foundation
import Learning
import TestSupport
import Testing

@testable import Records
@testable import Runs
@testable import Verification

extension StoredRunTests {
  /// What a `seal.json` may list, and what looking at it costs.
  @Suite struct HostileSealTests {
    private let digest = Digest(of: Data())

    @Test(arguments: [
      "", "/", "/a", "a/", "a//b", "./a", "a/./b", "a/.", "..", "../a", "a/../b", "a\u{0}",
    ]) func namesThatAreNoPath(name: String) throws {
      let path = "run/seal.json"
      let log = RunSeal.Log(bytes: 1, digest: digest)
      for seal in [
        RunSeal(files: ["a": digest, name: digest]), RunSeal(logs: ["events.jsonl": log, name: log]),
        RunSeal(before: [name: nil]),
      ] {
        let error = #expect(throws: FileError.self) { try RunSeal.decode(SealedJSON.encode(seal), path: path) }
        #expect("\(String(describing: error))".contains("not a path in the folder"), "\(seal)")
      }
    }

    @Test(arguments: ["a", ".a", "..a", "a/b", "a/..b", "é/日本 1"]) func namesThatAre(name: String) throws {
      let seal = RunSeal(files: [name: digest], before: [name: digest])
      #expect(try RunSeal.decode(SealedJSON.encode(seal), path: "seal.json") == seal)
    }

    /// Looking took time with the square of the files that were missing, and told of each.
    @Test func manyFilesThatAreMissing() throws {
      let scratch = try Scratch()
      let run = RunFolder(try FinishedRuns.shared.copy(RunKind(method: "sequential"), to: scratch))
      var seal = try RunSeal.decode(Data(contentsOf: run.seal), path: run.seal.path)
      for number in 10_000..<14_000 { seal.files["m\(number)"] = digest }
      try SealedJSON.encode(seal).write(to: run.seal)
      var check: RunVerification.Check?
      let time = try ContinuousClock().measure {
        check = try RunVerification(run.url, recomputing: false).checks.first
      }
      #expect(time < .seconds(20), "\(time)")
      let found = try #require(check)
      #expect(!found.ok && found.found.hasSuffix("… and 3990 more"), "\(found.found)")
      #expect(found.found.contains("/m10000") && found.found.contains("/m10009") && !found.found.contains("/m10010"))
    }
  }
}
