import Files
import Foundation
import Pretraining
import TestSupport
import Testing
import Torch

@testable import Records
@testable import Runs

/// What a run would need, without a run.
@Suite struct PretrainingDryRunTests {
  @Test func leavesNothingBehind() throws {
    let scratch = try Scratch()
    let file = try SmallPretraining.write(to: scratch)
    let long = ["long-tokens=64", "long-sequence-length=16", "optimizer=muon"]
    let configuration = try PretrainingFile.read(file, replacing: long).configuration(relativeTo: scratch.url)
    let before = try tree(scratch.url)
    let result = try PretrainingDryRun(configuration, out: scratch.url("runs/run"))
    #expect(try differences(before, tree(scratch.url)) == [])
    #expect(!FileManager.default.fileExists(atPath: scratch.url("runs").path))
    #expect(result.steps == 12 && result.stepTokens == 32 && result.tokens == 320 + 64 && result.files == 1)
    #expect(result.stepSeconds > 0 && (result.longStepSeconds ?? 0) > 0 && result.heldOutSeconds > 0)
    #expect(result.textTokens == nil && result.peakResidentBytes > 0 && result.estimatedSeconds > 0)
    // Weights, and two moments of each or one momentum.
    #expect((8 * result.parameters...12 * result.parameters).contains(result.checkpointBytes))
    let run = try PretrainingRun.start(configuration, in: scratch.url("run"))
    try run.run()
    #expect(run.manifest.parameters == result.parameters)
    let checkpoint = try Data(contentsOf: run.folder.checkpoint(step: 12)).count
    #expect(abs(checkpoint - result.checkpointBytes) < 8192)

    // With a tokenizer that is there it says how much text there is.
    var given = configuration
    given.tokenizer = run.folder.tokenizer.path
    let known = try PretrainingDryRun(given, out: scratch.url("other"))
    let tokens = run.manifest.sources[0].trainTokens + run.manifest.sources[0].heldOutTokens
    #expect(abs(Double(known.textTokens ?? 0) / Double(tokens) - 1) < 0.1 && known.preparingSeconds != nil)
    #expect(throws: RunError.folderExists(scratch.url("run").path)) {
      try PretrainingDryRun(configuration, out: scratch.url("run"))
    }
    given.sources = ["words": [scratch.url("nothing.txt").path]]
    #expect(throws: FileError.self) { try PretrainingDryRun(given, out: scratch.url("other")) }
  }

  /// The page's one complete file has every key, is read, and its run could begin.
  @Test func theYAMLOfTheDocsRuns() throws {
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { package.deleteLastPathComponent() }
    let page = try String(contentsOf: package.appendingPathComponent("docs/pretraining.md"), encoding: .utf8)
    let blocks = page.components(separatedBy: "```yaml\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    #expect(blocks.count == 1)
    let yaml = try #require(blocks.first)
    for key in PretrainingConfiguration.settings.filter({ $0.earlier == nil }).map(\.name) {
      let isThere = yaml.split(separator: "\n").contains { $0.hasPrefix("\(key):") || $0.hasPrefix("# \(key):") }
      #expect(isThere, "\(key)")
    }
    let scratch = try Scratch()
    try scratch.write(yaml, to: "base.yaml")
    try scratch.write(SmallPretraining.rows(400).joined(separator: "\n"), to: "input.txt")
    // As it stands, but for a smaller step: this is a test.
    let configuration = try PretrainingFile.read(
      scratch.url("base.yaml"), replacing: ["batch=2", "micro-batch=2", "threads=1"]
    ).configuration(relativeTo: scratch.url)
    let result = try PretrainingDryRun(configuration, out: scratch.url("run"))
    #expect(result.steps > 100 && result.parameters > 1_000_000)
    // And every key that stands there as a remark has the value that it has by default, or one that is read.
    let all = yaml.split(separator: "\n").map { line -> Substring in
      guard line.hasPrefix("# "), let key = line.dropFirst(2).split(separator: ":").first,
        PretrainingFile.keys.contains(String(key))
      else { return line }
      return line.dropFirst(2)
    }
    try scratch.write(all.joined(separator: "\n"), to: "all.yaml")
    let file = try PretrainingFile.read(scratch.url("all.yaml"))
    #expect(file.documentMask == nil && file.given.contains("document-mask") && file.textField == "text")
  }
}
