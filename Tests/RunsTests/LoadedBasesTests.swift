import Decoder
import Foundation
import Generation
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Records
@testable import Runs

extension RunTests {
  /// Is a base that is loaded already given only where loading would give the same one?
  @Suite struct LoadedBasesTests {
    private let scratch: Scratch
    private let bases = LoadedBases()
    private var configuration = RunConfiguration()

    init() throws {
      scratch = try Scratch()
      configuration.base = try scratch.copy(Tiny.base, as: "base").path
    }

    @Test func isLoadedOnce() throws {
      let first = try bases.base(of: configuration)
      let loads = bases.loads
      let second = try bases.base(of: configuration)
      #expect(loads == 1 && bases.loads == 1)
      #expect(first.model.digest == second.model.digest && first.tokenizerDigest == second.tokenizerDigest)
    }

    /// Another precision or folder is another base.
    @Test func otherConfigurations() throws {
      var other = configuration
      other.weights = .float32
      let one = try bases.base(of: configuration)
      let two = try bases.base(of: other)
      #expect(
        one.model.embedding.precision == .bfloat16 && two.model.embedding.precision == .float32 && bases.loads == 2)
      other = configuration
      other.base = try scratch.copy(Tiny.base, as: "elsewhere").path
      #expect(try bases.base(of: other).folder.path == other.base && bases.loads == 3)
    }

    /// A changed byte of any file, at the same size and time, and a new file.
    @Test(arguments: ["model.safetensors", "tokenizer.json", "config.json", "special_tokens_map.json"])
    func changedFiles(name: String) throws {
      let file = URL(fileURLWithPath: configuration.base).appendingPathComponent(name)
      let before = try bases.base(of: configuration)
      let time = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
      var data = try Data(contentsOf: file)
      // The last byte of a tensor is a number's; of JSON a space or the closing brace's neighbour.
      if name == "model.safetensors" { data[data.count - 1] ^= 1 } else { data.append(UInt8(ascii: "\n")) }
      try data.write(to: file)
      try FileManager.default.setAttributes([.modificationDate: try #require(time)], ofItemAtPath: file.path)
      let after = try bases.base(of: configuration)
      #expect(bases.loads == 2)
      #expect((before.model.digest == after.model.digest) == (name != "model.safetensors"))
      // What is there is given again, too.
      _ = try bases.base(of: configuration)
      #expect(bases.loads == 2)
    }

    @Test func whatCannotBeLoadedIsNotKept() throws {
      let file = URL(fileURLWithPath: configuration.base).appendingPathComponent("config.json")
      let whole = try Data(contentsOf: file)
      try Data("{".utf8).write(to: file)
      #expect(throws: (any Error).self) { try bases.base(of: configuration) }
      try whole.write(to: file)
      #expect(throws: Never.self) { try bases.base(of: configuration) }
      var other = configuration
      other.base = "/nowhere"
      #expect(throws: (any Error).self) { try bases.base(of: other) }
    }

    /// A run with a base that was loaded for another ends with the bytes of one that loads its own.
    @Test func runsAreTheSame() throws {
      let files = try Tiny.write(to: scratch)
      for name in ["first", "second"] {
        try SequenceRun.start(Tiny.configuration(files), in: scratch.url(name), bases: bases).run()
      }
      try SequenceRun.start(Tiny.configuration(files), in: scratch.url("own")).run()
      let own = try decided(scratch.url("own"))
      #expect(bases.loads == 1 && own["events.jsonl"] != nil)
      #expect(differences(own, try decided(scratch.url("first"))).isEmpty)
      #expect(differences(own, try decided(scratch.url("second"))).isEmpty)
    }
  }
}
