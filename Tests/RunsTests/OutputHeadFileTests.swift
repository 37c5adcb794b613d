import Files
import Foundation
import Learning
import ModelConfiguration
import Streams
import TestSupport
import Testing
import Torch

@testable import Records
@testable import Runs
@testable import Verification

/// Are output heads written under their name, and read under that of earlier versions?
@Suite struct OutputHeadFileTests {
  private func replaced(_ old: String, by new: String, in data: Data) throws -> Data {
    let text = String(decoding: data, as: UTF8.self)
    try #require(text.contains(old), "no `\(old)`")
    return Data(text.replacing(old, with: new).utf8)
  }

  /// Every value another one than the default: what decoding leaves out would show.
  private func configuration() -> RunConfiguration {
    var result = RunConfiguration()
    result.method = "ewc"
    result.seed = 3
    result.base = "/base"
    (result.source.suite, result.source.data, result.source.order) = ("mtl5", "/data", 2)
    (result.perClass, result.trainLimit, result.maxAnswerTokens, result.testLimit) = (1, 2, 3, 4)
    result.evaluateOn = .validation
    result.outputHead = .trained
    (result.rank, result.alpha, result.dropout, result.routedExperts) = (4, 2, 0.5, true)
    result.targetModules = "q_proj,v_proj"
    result.options = ["lambda": 2, "moe-cl.adversary": "paper", "any-ssr.router-instruction": false]
    result.training.epochs = 7
    (result.threads, result.device, result.weights) = (5, "cuda", .int8)
    result.checkpoints.everySteps = 9
    return result
  }

  @Test func configurations() throws {
    let whole = configuration()
    let data = try JSONFile.encode(whole)
    #expect(try JSONFile.decode(RunConfiguration.self, from: data, path: "new") == whole)
    #expect(String(decoding: data, as: UTF8.self).contains("\"outputHead\" : \"trained\""))
    // As this program once wrote them.
    let old = try replaced("\"outputHead\" : \"trained\"", by: "\"readOut\" : \"head\"", in: data)
    #expect(try JSONFile.decode(RunConfiguration.self, from: old, path: "old") == whole)
    let label = try replaced("\"readOut\" : \"head\"", by: "\"readOut\" : \"label\"", in: old)
    #expect(try JSONFile.decode(RunConfiguration.self, from: label, path: "old").outputHead == .label)
    // Neither key, and a word that is none.
    for broken in ["\"outputHeads\" : \"trained\"", "\"outputHead\" : \"heads\"", "\"readOut\" : \"heads\""] {
      let data = try replaced("\"outputHead\" : \"trained\"", by: broken, in: data)
      #expect(throws: FileError.self, "\(broken)") {
        try JSONFile.decode(RunConfiguration.self, from: data, path: "broken")
      }
    }
  }

  @Test func yaml() throws {
    func file(_ text: String) throws -> RunFile { try RunFile.decode(Data(text.utf8), path: "run.yaml") }
    #expect(try file("output-head: both\n").outputHead == .both)
    #expect(try file("read-out: label\n").outputHead == .label)
    #expect(try file("read-out: head\n") == file("output-head: trained\n"))
    for (text, words) in [
      ("output-head: heads\n", "label, trained, ridge, both"),
      ("read-out: head\noutput-head: trained\n", "output-head alone"),
    ] {
      let error = #expect(throws: RunError.self) { try file(text) }
      #expect("\(String(describing: error))".contains(words), "\(String(describing: error))")
    }
  }
}

extension RunTests {
  /// Does a folder of an earlier version go on, and can it be read?
  @Suite struct EarlierOutputHeadTests {
    @Test func aBegunRunGoesOn() throws {
      let kind = RunKind(method: "sequential", outputHead: .trained)
      let whole = try FinishedRuns.shared.folder(kind)
      let scratch = try Scratch()
      let folder = RunFolder(scratch.url("run"))
      do { _ = try SequenceRun.start(RunFolder(whole).readManifest().configuration, in: folder.url, bases: .shared) }
      let text = try String(contentsOf: folder.manifest, encoding: .utf8)
      let old = text.replacing("\"outputHead\" : \"trained\"", with: "\"readOut\" : \"head\"")
      try #require(old != text)
      try Data(old.utf8).write(to: folder.manifest)
      #expect(try folder.readManifest().configuration.outputHead == .trained)
      try SequenceRun.resume(folder.url, bases: .shared).run()
      // All but what has the manifest's digest in it.
      let changed = differences(try decided(whole), try decided(folder.url))
      #expect(changed.allSatisfy { $0 == "manifest.json" || $0.hasPrefix("checkpoints/") }, "\(changed)")
      #expect(try RunVerification(folder.url).failures.isEmpty)
      // Metrics as an earlier version wrote them: another key, and no warnings.
      var metrics = try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: folder.metrics)) as? [String: Any])
      metrics["outputHead"] = nil
      metrics["warnings"] = nil
      metrics["readOut"] = "head"
      try JSONSerialization.data(withJSONObject: metrics).write(to: folder.metrics)
      try reseal(folder.url)
      #expect(try folder.readMetrics()?.outputHead == .trained)
      #expect(try RunVerification(folder.url).failures.isEmpty)
    }
  }
}
