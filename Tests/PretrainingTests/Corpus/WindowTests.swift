import Files
import Foundation
import Randomness
import Testing

@testable import Pretraining

@Suite struct WindowTests {
  @Test func goldenPermutations() throws {
    for golden in try CorpusGoldens.read().permutations {
      let order = WindowPermutation(
        count: golden.count, seed: try #require(UInt64(golden.seed)), source: golden.source,
        sequenceLength: golden.sequenceLength, epoch: golden.epoch)
      #expect(golden.places.map { order[$0] } == golden.windows, "\(golden.count)")
    }
  }

  /// Every window once, whatever their number; another seed, source, length or epoch is another order.
  @Test func permutations() {
    for count in Array(1...130) + [255, 256, 257, 1023, 1024, 1025, 4096, 5000] {
      let order = WindowPermutation(count: count, seed: 1, source: "a", sequenceLength: 8, epoch: 0)
      #expect((0..<count).map { order[$0] }.sorted() == Array(0..<count), "\(count)")
      #expect(order[count] == order[0] && order[-1] == order[count - 1])
    }
    let orders = [(1, "a", 8, 0), (2, "a", 8, 0), (1, "b", 8, 0), (1, "a", 9, 0), (1, "a", 8, 1)].map {
      seed, source, length, epoch in
      let order = WindowPermutation(
        count: 500, seed: UInt64(seed), source: source, sequenceLength: length, epoch: epoch)
      return (0..<500).map { order[$0] }
    }
    #expect(Set(orders).count == 5)
    let none = WindowPermutation(count: 0, seed: 1, source: "a", sequenceLength: 8, epoch: 0)
    #expect(none[7] == 0)
    let most = WindowPermutation(count: .max, seed: 1, source: "a", sequenceLength: 8, epoch: 0)
    #expect((0..<50).allSatisfy { most[$0] >= 0 })
  }

  @Test func goldenMixtures() throws {
    for golden in try CorpusGoldens.read().mixtures {
      let mixture = try MixtureOrder(weights: golden.weights, seed: golden.seed, stage: golden.stage)
      #expect(mixture.shares == golden.shares)
      #expect(mixture.block(golden.block).map(String.init).joined() == golden.sources)
    }
  }

  /// By hand: 1,024/3 = 341 1/3 thrice, so that the first has the one that is left; 1,024 · 2/7 = 292 4/7 and 1,024 · 5/7 = 731 3/7.
  @Test func shares() throws {
    #expect(try MixtureOrder(weights: [1, 1, 1], seed: 0, stage: 0).shares == [342, 341, 341])
    #expect(try MixtureOrder(weights: [2, 5], seed: 0, stage: 0).shares == [293, 731])
    var stream = RandomStream(seed: 77, "test")
    for _ in 0..<300 {
      let weights = (0..<1 + stream.below(40)).map { _ in Double(stream.below(1000)) / 999 } + [0.5]
      let mixture = try MixtureOrder(weights: weights, seed: 3, stage: 1)
      #expect(mixture.shares.reduce(0, +) == 1024)
      let sum = weights.reduce(0, +)
      #expect(mixture.shares.count == weights.count)
      for (share, weight) in zip(mixture.shares, weights) {
        #expect(abs(Double(share) - weight / sum * 1024) < 1)
        #expect(weight > 0 || share == 0)
      }
      let block = mixture.block(stream.below(1000))
      #expect(weights.indices.map { source in block.count { $0 == source } } == mixture.shares)
    }
  }

  @Test func goldenPlan() throws {
    let golden = try CorpusGoldens.read().plan
    let plan = try golden.made()
    for row in golden.places {
      let window = try plan.window(at: row[0])
      #expect(
        [window.source, window.window, window.sequenceLength, window.epoch, window.stage] == Array(row.dropFirst()))
    }
    let lines = try plan.windows(at: 0..<plan.count).map {
      "\($0.source) \($0.window) \($0.sequenceLength) \($0.epoch) \($0.stage)"
    }
    #expect(Digest(of: Data(lines.joined(separator: "\n").utf8)) == golden.digest)
  }

  /// A run that goes on anywhere, with any number of windows a step, takes what one that never stopped takes.
  @Test func anyPositionAlone() throws {
    let plan = try CorpusGoldens.read().plan.made()
    let walk = try plan.windows(at: 0..<plan.count)
    #expect(walk.count == 5000)
    var stream = RandomStream(seed: 5, "test")
    for _ in 0..<400 {
      let position = stream.below(plan.count)
      #expect(try plan.window(at: position) == walk[position])
      let end = min(plan.count, position + stream.below(2500))
      #expect(try plan.windows(at: position..<end) == Array(walk[position..<end]))
    }
    #expect(try plan.windows(at: plan.count..<plan.count).isEmpty)
  }

  /// Within a pass every window comes once, and a pass is over before the next begins, through all stages of one length.
  @Test func passes() throws {
    let plan = try CorpusGoldens.read().plan.made()
    let walk = try plan.windows(at: 0..<plan.count)
    #expect(plan.uses.map(\.source) == ["web", "books", "code", "web", "books", "code"])
    for use in plan.uses {
      let mine = walk.filter {
        plan.sources[$0.source].name == use.source && $0.sequenceLength == use.sequenceLength
      }
      #expect(mine.count == use.taken && use.epochs == Double(use.taken) / Double(use.available))
      #expect(mine.map(\.epoch) == mine.indices.map { $0 / use.available })
      for epoch in 0...(mine.last?.epoch ?? 0) {
        let windows = mine.filter { $0.epoch == epoch }.map(\.window)
        #expect(Set(windows).count == windows.count && windows.allSatisfy { (0..<use.available).contains($0) })
      }
    }
    // 777 tokens are 48 windows of 16 and their targets; the last stage goes on where the third ended.
    #expect(plan.uses.first { $0.source == "code" && $0.sequenceLength == 16 }?.available == 48)
  }

  /// The end of a plan of 2^62 windows costs as much as its beginning.
  @Test func hugePlan() throws {
    let plan = try WindowPlan(
      seed: 0, sources: [.init(name: "a", tokens: .max), .init(name: "b", tokens: 1 << 40)],
      stages: [.init(firstWindow: 0, count: .max, weights: ["a": 1, "b": 1], sequenceLength: 1)])
    let last = try plan.window(at: .max - 1)
    #expect(last.source == 0 || last.epoch == (Int.max / 2) / ((1 << 40) - 1))
  }
}
