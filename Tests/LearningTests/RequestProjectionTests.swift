import Decoder
import Randomness
import Testing
import Torch

@testable import Learning

/// Does a projection keep what a router lives on: how far requests are from each other?
@Suite struct RequestProjectionTests {
  @Test func nothingIsProjectedToMore() {
    #expect(RequestProjection(from: 256, to: 256) == nil && RequestProjection(from: 256, to: 512) == nil)
    #expect(RequestProjection(from: 256, to: 0) == nil && RequestProjection(from: 256, to: 64)?.width == 64)
  }

  /// The first entries by hand: bit 0 of SplitMix64 with the stream's key first. A router that was stored needs the same ones for ever.
  @Test func theMatrixIsTheSameForEver() throws {
    let matrix = try #require(RequestProjection(from: 70, to: 4)).drawn()
    var stream = RandomStream(purposes: ["request-projection", "70", "4"])
    let bits = (0..<5).map { _ in stream.next() }
    let expected = (0..<280).map { bits[$0 / 64] >> UInt64($0 % 64) & 1 == 0 ? Float(0.5) : -0.5 }
    #expect(try matrix.shape == [70, 4] && matrix.floats() == expected)
    #expect(Set(expected.prefix(64)).count == 2)
  }

  /// ε of the theorem, √(8 ln n / width), is 0.27 here; all pairs of 20 requests are within it.
  @Test func distancesStay() throws {
    let (rows, hidden, width) = (20, 1024, 320)
    var stream = RandomStream(seed: 3, "requests")
    let values = (0..<rows * hidden).map { _ in Float(stream.below(2001)) / 1000 - 1 }
    let x = try Tensor(values, shape: [rows, hidden])
    let y = try #require(RequestProjection(from: hidden, to: width)).projected(x)
    #expect(y.shape == [rows, width])
    for a in 0..<rows {
      for b in 0..<a {
        func distance(_ of: Tensor) throws -> Double {
          let gap = try of.selected(0, a) - of.selected(0, b)
          return try (gap * gap).sum().item()
        }
        let ratio = try distance(y) / distance(x)
        #expect(abs(ratio - 1) < 0.27, "\(a), \(b)")
      }
    }
  }

  /// Tasks of a model are told apart by a quarter of its numbers, and a request is as wide as its router wants it.
  @Test func aViewOfAWidth() throws {
    let model = try Goldens.model()
    let view = RequestView(layers: 1, seesInstruction: false, width: 8)
    let features = RequestFeatures(model, view: view)
    #expect(try features.features([[5, 6], [7]]).shape == [2, 8] && features.features([[Int]]()).shape == [0, 8])
    let tasks = TinyTasks.identities.prefix(2)
    let sums = try tasks.map { try TaskSums(features.features(TinyTasks.examples($0))) }
    #expect(sums.allSatisfy { $0.width == 8 })
    let cascade = try RouterCascade(sums, handicaps: [0, 0], view: view)
    for (number, task) in tasks.enumerated() {
      let found = try cascade.decisions(TextFeatures(features.features(TinyTasks.examples(task)))).count {
        $0.nearest == number
      }
      #expect(found >= 9, "\(task.name): \(found) of 12")
    }
  }
}
