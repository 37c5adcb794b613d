import Decoder
import Files
import Foundation
import TestSupport
import Testing
import Torch

@testable import Experts

/// Does a folder of many experts stay quick and whole, whatever one of them is?
@Suite struct RegistryTests {
  let model: DecoderModel
  let scratch: Scratch

  init() throws {
    model = try Goldens.model()
    scratch = try Scratch()
  }

  /// Writes the first, and copies it under the other names: a thousand durable writes would take a minute.
  private func write(_ names: [String]) throws {
    let expert = try model.newExpert(LowRankShape(rank: 1, alpha: 1, dropout: 0, projections: [.down]))
    let first = try #require(names.first)
    var archive = try ExpertArchive.write(
      expert, name: first, method: "per-task", baseDigest: model.digest, baseConfiguration: model.declared,
      tokenizerDigest: model.digest, promptDigest: nil, to: scratch.url(first))
    for name in names.dropFirst() {
      try FileManager.default.copyItem(at: scratch.url(first), to: scratch.url(name))
      archive.name = name
      archive.digest = SealedJSON.blank
      try SealedJSON.encode(archive).write(to: scratch.url("\(name)/expert.json"))
    }
  }

  private func entries() throws -> [ExpertRegistry.Entry] { try ExpertRegistry(scratch.url).entries() }

  private func archives(_ entries: [ExpertRegistry.Entry]) -> [ExpertArchive] {
    entries.compactMap { if case .stored(let archive) = $0.state { archive } else { nil } }
  }

  /// No tensor is read by the list, and none but its own by opening one: the others have none any more.
  @Test func aThousandExperts() throws {
    let names = (0..<1000).map { "task-\($0)" }
    try write(names)
    let listed = try entries()
    #expect(archives(listed).map(\.name) == names.sorted())
    for name in names where name != "task-500" {
      try FileManager.default.removeItem(at: scratch.url("\(name)/adapter_model.safetensors"))
      try FileManager.default.removeItem(at: scratch.url("\(name)/adapter_config.json"))
    }
    #expect(try entries() == listed)
    let opened = try StoredExpert(scratch.url("task-500"), for: StoredExpert.Base(model))
    #expect(opened.archive?.name == "task-500")
  }

  @Test func aDamagedExpertHidesNoOther() throws {
    try write(["a", "b", "c", "d"])
    try Data("{\"name\":".utf8).write(to: scratch.url("b/expert.json"))
    try FileManager.default.removeItem(at: scratch.url("c/expert.json"))
    let listed = try entries()
    #expect(listed.map(\.folder) == ["a", "b", "c", "d"] && archives(listed).map(\.name) == ["a", "d"])
    for (entry, word) in [(listed[1], "expert.json"), (listed[2], "experts import")] {
      guard case .damaged(let reason) = entry.state else {
        Issue.record("\(entry.folder) is listed as whole")
        continue
      }
      #expect(reason.contains(word) && !reason.contains("\n"))
    }
  }

  @Test func linksOutAndStrangeNamesAreShownNotFollowed() throws {
    try write(["a"])
    let outside = try Scratch()
    try FileManager.default.copyItem(at: scratch.url("a"), to: outside.url("a"))
    try FileManager.default.createSymbolicLink(at: scratch.url("out"), withDestinationURL: outside.url("a"))
    try FileManager.default.createSymbolicLink(atPath: scratch.url("nowhere").path, withDestinationPath: "missing")
    try FileManager.default.createSymbolicLink(atPath: scratch.url("inside").path, withDestinationPath: "a")
    try FileManager.default.createDirectory(at: scratch.url("e\u{1B}[31m\nx"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(at: scratch.url(".b.1.partial"), withIntermediateDirectories: true)
    try Data().write(to: scratch.url("notes.txt"))
    let listed = try entries()
    #expect(listed.map(\.folder) == ["a", "e\u{1B}[31m\nx", "inside", "nowhere", "out"])
    #expect(archives(listed).map(\.name) == ["a", "a"])
  }

  @Test func oneExpertAndNone() throws {
    try write(["a"])
    #expect(try archives(ExpertRegistry(scratch.url("a")).entries()).map(\.name) == ["a"])
    let empty = try Scratch()
    #expect(try ExpertRegistry(empty.url).entries().isEmpty)
    // A folder of any kind: what has no file of an expert is none.
    try FileManager.default.createDirectory(at: empty.url("other"), withIntermediateDirectories: true)
    #expect(try ExpertRegistry(empty.url).entries(besideOthers: true).isEmpty)
    #expect(try ExpertRegistry(empty.url).entries().count == 1)
    #expect(throws: FileError.notFound(path: empty.url("x").path)) { try ExpertRegistry(empty.url("x")).entries() }
    try Data().write(to: empty.url("file"))
    #expect(throws: FileError.self) { try ExpertRegistry(empty.url("file")).entries() }
  }
}
