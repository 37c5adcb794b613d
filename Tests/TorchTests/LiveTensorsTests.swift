import Foundation
import TestSupport
import Testing
import Torch

/// Is every handle given back as soon as its last owner has gone?
///
/// The count belongs to the process and other tests run beside these, so a leak has to show as one handle or more in
/// each of many rounds.
@Suite(.serialized) struct LiveTensorsTests {
  private let rounds = 20_000
  private let slack = 10_000

  init() throws { try useOneThread() }

  private func expectNoGrowth(sourceLocation: SourceLocation = #_sourceLocation, _ round: () throws -> Void) rethrows {
    let before = LiveTensors.count
    for _ in 0..<rounds { try round() }
    let growth = LiveTensors.count - before
    #expect(growth < slack, "\(growth) handles in \(rounds) rounds", sourceLocation: sourceLocation)
  }

  @Test func aHeldTensorCounts() throws {
    let before = LiveTensors.count
    let held = try (0..<rounds).map { _ in try Tensor.zeros([1]) }
    #expect(LiveTensors.count - before > rounds - slack)
    #expect(held.count == rounds)
  }

  @Test func operations() throws {
    let x = try tensor([1, 2, 3, 4], shape: [2, 2])
    try expectNoGrowth { _ = try (x.matmul(x) + x).softmax(-1).narrowed(0, from: 0, count: 1).sum() }
  }

  /// The dispatcher owns copies of its operands, which no counter of ours sees; their memory does show.
  @Test func operandsOfFailedOperations() throws {
    let before = residentBytes()
    let megabytes = 4
    for _ in 0..<100 {
      let x = try Tensor(repeating: 1, [megabytes << 18])
      #expect(throws: TorchError.self) { try x.reshaped([3]) }
      #expect(throws: TorchError.self) { try Tensor.concatenated([x, x.reshaped([-1, 2])]) }
    }
    #expect(residentBytes() - before < 50 * megabytes << 20)
  }

  private func residentBytes() -> Int {
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(getpagesize())
  }

  @Test func graphsOfGradients() throws {
    let x = try tensor([1, 2])
    let flat = try FlatParameters([.init(name: "x", tensor: x)])
    var adam = try AdamW(for: flat, weightDecay: 0)
    try expectNoGrowth {
      try (x * x).sum().backward()
      try flat.clipGradients(to: 1)
      try adam.update(flat, rate: 1e-3)
      try flat.zeroGradients()
    }
  }

  @Test func mappedFiles() throws {
    let folder = try Scratch()
    try SafetensorsFile.write(["x": tensor([1, 2])], to: folder.url("x.safetensors"))
    func mappings() -> Int {
      (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8))?
        .components(separatedBy: folder.url.lastPathComponent).count ?? 1
    }
    for _ in 0..<100 {
      let tensor = try SafetensorsFile(folder.url("x.safetensors")).tensor("x")
      #expect(try tensor.floats() == [1, 2])
    }
    #expect(mappings() == 1, "a mapped file outlives its tensors")
  }
}
