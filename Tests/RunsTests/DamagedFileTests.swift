import Decoder
import Experts
import Files
import Foundation
import Learning
import ModelConfiguration
import Randomness
import Runs
import Streams
import TestSupport
import Testing
import Torch

@testable import Records

extension StoredRunTests {
  /// Does a damaged file ever do worse than throw an error?
  ///
  /// Each file is damaged at random: bytes change, or the end is missing. A reader may find nothing wrong, or throw; what
  /// it must not do is crash, which ends the whole process and with it this test.
  @Suite struct DamagedFileTests {
    private static let rounds = 300

    /// Damages a file in one of a few ways.
    private func damaged(_ original: Data, _ stream: inout RandomStream) -> Data {
      var bytes = original
      switch stream.below(4) {
      case 0: return Data(bytes.prefix(stream.below(bytes.count)))
      case 1:
        // Digits and brackets do the most harm in JSON.
        let position = stream.below(bytes.count)
        bytes[position] = Array("0123456789-.eE[]{},:\"\\ ntf".utf8)[stream.below(26)]
      case 2:
        let start = stream.below(bytes.count)
        bytes.replaceSubrange(start..<min(start + stream.below(8), bytes.count), with: Data("99999999999".utf8))
      default:
        for _ in 0...stream.below(4) { bytes[stream.below(bytes.count)] = UInt8(stream.below(256)) }
      }
      return bytes
    }

    /// Reads `rounds` damaged versions of a file; returns how many were refused.
    ///
    /// - Parameter named: what every message has to name; nil where a damaged value is found by the layer that uses it.
    private func refusals(of file: URL, named: String? = nil, read: () throws -> Void) throws -> Int {
      let (original, name) = (try Data(contentsOf: file), file.lastPathComponent)
      let seed =
        ProcessInfo.processInfo.environment["ACCRETE_DAMAGE_SEED"].flatMap(UInt64.init) ?? .random(in: 0...UInt64.max)
      print("damaged \(name): ACCRETE_DAMAGE_SEED=\(seed)")
      var stream = RandomStream(seed: seed, "damage", name)
      var refused = 0
      for _ in 0..<Self.rounds {
        // A byte may be replaced by itself.
        var bytes = original
        while bytes == original { bytes = damaged(original, &stream) }
        try bytes.write(to: file)
        do {
          try read()
        } catch {
          refused += 1
          let text = "\(error)"
          #expect(isOurs(error) && !text.contains("\n") && named.map(text.contains) ?? true, "seed \(seed): \(text)")
        }
      }
      return refused
    }

    private func isOurs(_ error: any Error) -> Bool {
      error is StreamError || error is FileError || error is ConfigurationError || error is DecoderError
        || error is TorchError || error is RunError
        || error is LearningError || error is ExpertError
    }

    @Test func rows() throws {
      let scratch = try Scratch()
      let file = try scratch.write(Tiny.rows("weather"), to: "weather.jsonl")
      let refused = try refusals(of: file, named: file.path) { _ = try RowReader().read(file) }
      #expect(refused > Self.rounds / 4)
    }

    @Test func configurationOfAModel() throws {
      let scratch = try Scratch()
      let folder = try scratch.copy(Tiny.package.appendingPathComponent("Tests/Goldens/tiny"), as: "tiny")
      let file = folder.appendingPathComponent("config.json")
      let refused = try refusals(of: file, named: folder.path) { _ = try DecoderModel(folder: folder) }
      #expect(refused > Self.rounds / 4)
    }

    @Test func manifest() throws {
      let scratch = try Scratch()
      let folder = try FinishedRuns.shared.copy(RunKind(method: "per-task"), to: scratch)
      let model = try DecoderModel(folder: Tiny.base)
      let refused = try refusals(of: RunFolder(folder).manifest) { _ = try StoredRun(folder, model: model) }
      #expect(refused > Self.rounds / 4)
    }

    @Test func checkpoint() throws {
      let scratch = try Scratch()
      let file = RunFolder(try FinishedRuns.shared.copy(RunKind(method: "per-task"), to: scratch)).checkpoint(after: 2)
      let refused = try refusals(of: file, named: file.path) { _ = try RunCheckpoint.read(file) }
      #expect(refused == Self.rounds)
    }

    /// A checkpoint carries a digest of itself: whichever byte is changed, it is seen.
    @Test func everyByteOfACheckpointCounts() throws {
      let scratch = try Scratch()
      let file = RunFolder(try FinishedRuns.shared.copy(RunKind(method: "per-task"), to: scratch)).checkpoint(after: 0)
      let whole = try Data(contentsOf: file)
      _ = try RunCheckpoint.read(file)
      let handle = try FileHandle(forWritingTo: file)
      var stream = RandomStream(seed: 1, "fuzz", "checkpoint")
      for offset in whole.indices {
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: [whole[offset] ^ UInt8(1 + stream.below(255))])
        #expect(throws: RunError.self, "byte \(offset)") { try RunCheckpoint.read(file) }
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: [whole[offset]])
      }
      // The larger one of the end, at ten thousand positions.
      let large = RunFolder(scratch.url("run")).checkpoint(after: 2)
      let bytes = try Data(contentsOf: large)
      let second = try FileHandle(forWritingTo: large)
      for _ in 0..<10_000 {
        let offset = stream.below(bytes.count)
        try second.seek(toOffset: UInt64(offset))
        try second.write(contentsOf: [bytes[offset] ^ UInt8(1 + stream.below(255))])
        #expect(throws: RunError.self, "byte \(offset)") { try RunCheckpoint.read(large) }
        try second.seek(toOffset: UInt64(offset))
        try second.write(contentsOf: [bytes[offset]])
      }
      _ = try RunCheckpoint.read(large)
    }

    @Test func tensors() throws {
      let scratch = try Scratch()
      let folder = Tiny.package.appendingPathComponent("Tests/Goldens/tiny-peft")
      let copy = try scratch.copy(folder, as: "peft").appendingPathComponent("adapter_model.safetensors")
      let refused = try refusals(of: copy, named: copy.path) {
        let file = try SafetensorsFile(copy)
        for name in file.names { _ = try file.tensor(name).cloned() }
      }
      #expect(refused > Self.rounds / 4)
    }
  }
}
