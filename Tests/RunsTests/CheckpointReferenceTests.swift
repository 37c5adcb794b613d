import Files
import Foundation
import TestSupport
import Testing
import Torch

@testable import Records
@testable import Runs

extension StoredRunTests {
  /// Does a checkpoint hold what changed since the one before, and is it whole all the same?
  @Suite struct CheckpointReferenceTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func file(_ tasks: Int) -> URL { scratch.url(CheckpointPosition(learned: tasks).fileName) }

    private func tensor(_ value: Float, count: Int = 64) throws -> Tensor {
      try Tensor(Array(repeating: value, count: count), shape: [count])
    }

    private func state(_ tasks: Int) -> RunCheckpoint {
      let names = (0..<tasks).map { "t\($0)" }
      return RunCheckpoint(
        learned: names, matrix: TaskMatrix(tasks: names), eventBytes: 0, manifestDigest: Digest(of: Data()))
    }

    /// A tensor for each task, one that always changes, one that comes back to what it was.
    private func tensors(_ tasks: Int) throws -> [String: Tensor] {
      var tensors = ["moving": try tensor(Float(tasks)), "returning": try tensor(tasks == 2 ? 7 : 5)]
      for task in 0..<tasks { tensors["t\(task)"] = try tensor(Float(100 + task)) }
      return tensors
    }

    private func writeAll(_ count: Int) throws {
      var index = CheckpointIndex()
      for tasks in 1...count {
        index = try state(tasks).write(tensors(tasks), training: nil, earlier: index, to: file(tasks))
      }
    }

    @Test func whatIsWrittenAndWhereTheRestIs() throws {
      try writeAll(4)
      #expect(try SafetensorsFile(file(1)).names == ["moving", "returning", "t0"])
      #expect(try SafetensorsFile(file(2)).names == ["moving", "returning", "t1"])
      // Back to what it was: it is compared with the checkpoint before, not with all.
      #expect(try SafetensorsFile(file(3)).names == ["moving", "returning", "t2"])
      #expect(try SafetensorsFile(file(4)).names == ["moving", "t3"])
      let last = try RunCheckpoint.read(file(4))
      // Each reference leads to the file that holds the bytes, in one step.
      #expect(
        last.checkpoint.references?.map(\.file) == ["task-1.safetensors", "task-2.safetensors", "task-3.safetensors"])
      #expect(last.checkpoint.references?.map(\.tensors) == [["t0"], ["t1"], ["returning", "t2"]])
      for (name, tensor) in try tensors(4) { #expect(try last.tensors[name]?.isEqual(to: tensor) == true, "\(name)") }
      #expect(last.tensors.count == 6)
      // What was read leads to the same file as what was written.
      let again = try CheckpointIndex(RunCheckpoint.read(file(3)), file: file(3).lastPathComponent)
      let bytes = try Data(contentsOf: file(4))
      try state(4).write(tensors(4), training: nil, earlier: again, to: file(4))
      #expect(try Data(contentsOf: file(4)) == bytes)
    }

    @Test func anEarlierFileThatIsDamagedOrGoneIsNamed() throws {
      try writeAll(3)
      let whole = try Data(contentsOf: file(1))
      let changes: [(String, () throws -> Void)] = [
        ("damaged", { try flip(file(1), at: -1) }), ("missing", { try FileManager.default.removeItem(at: file(1)) }),
        ("another file", { try state(1).write(tensors(2), training: nil, to: file(1)) }),
      ]
      for (word, change) in changes {
        try change()
        let error = #expect(throws: RunError.self, "\(word)") { try RunCheckpoint.read(file(3)) }
        guard case .checkpointNeeds(file(3).path, file(1).path, let reason) = error else {
          Issue.record("\(word): \(String(describing: error))")
          continue
        }
        #expect(reason.contains(word))
        try whole.write(to: file(1))
      }
      #expect(throws: Never.self) { try RunCheckpoint.read(file(3)) }
    }

    /// References that are not trusted: out of the folder, to itself, to a later one, to a tensor that is not there or is there twice.
    @Test(arguments: [
      ("../task-1.safetensors", "t0"), ("/etc/passwd", "t0"), ("task-3.safetensors", "t0"),
      ("task-4.safetensors", "t0"),
      ("task-1-step-2.safetensors", "t0"), ("task-1.safetensors", "none"), ("task-1.safetensors", "moving"),
    ])
    func referencesThatCannotBe(file name: String, tensor: String) throws {
      try writeAll(2)
      var state = state(3)
      let seal = try SafetensorsFile(file(1)).seal ?? ""
      state.references = [RunCheckpoint.Reference(file: name, seal: seal, tensors: [tensor])]
      let text = String(decoding: try JSONFile.encode(state), as: UTF8.self)
      try SafetensorsFile.write(["moving": self.tensor(1)], metadata: ["state": text], sealed: true, to: file(3))
      let error = #expect(throws: RunError.self) { try RunCheckpoint.read(file(3)) }
      guard case .checkpointDamaged(file(3).path, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }

    /// Forty tasks with a tensor of 16 KiB each: all checkpoints together are a few times what the last state holds, not twenty times.
    @Test func fortyTasks() throws {
      var index = CheckpointIndex()
      var (bytes, all) = (0, [String: Tensor]())
      for tasks in 1...40 {
        all["t\(tasks)"] = try tensor(Float(tasks), count: 4096)
        index = try state(tasks).write(all, training: nil, earlier: index, to: file(tasks))
        bytes += try Data(contentsOf: file(tasks)).count
      }
      let content = all.values.reduce(0) { $0 + $1.byteCount }
      #expect(content == 40 * 16384 && bytes < 2 * content)
      #expect(try RunCheckpoint.read(file(40)).tensors.count == 40)
    }

    /// A run of a method with an expert for each task: its last checkpoint holds the last one's alone.
    @Test func aRunsCheckpoints() throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(RunKind(method: "per-task")))
      let names = try SafetensorsFile(folder.checkpoint(after: 2)).names
      #expect(!names.isEmpty && names.allSatisfy { $0.hasPrefix("tasks.traffic.") })
      let content = try RunCheckpoint.read(folder.checkpoint(after: 2))
      #expect(content.tensors.count == 2 * names.count)
    }
  }
}
