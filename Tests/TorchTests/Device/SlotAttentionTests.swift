import Randomness
import TestSupport
import Testing

@testable import Torch

/// Does attention over a device's cache equal the CPU's, while sequences join, leave and grow?
@Suite struct SlotAttentionTests {
  init() throws { try useOneThread() }

  /// What happens to a cache, all drawn from a number.
  private struct Course: CustomStringConvertible {
    let number: Int
    let heads: Int
    let kvHeads: Int
    let dim: Int
    let window: Int?
    var random: RandomStream

    init(_ number: Int) {
      random = RandomStream(seed: UInt64(number), "caches")
      self.number = number
      kvHeads = [1, 2, 3][random.below(3)]
      heads = kvHeads * [1, 2, 4][random.below(3)]
      dim = [8, 16, 24][random.below(3)]
      window = number.isMultiple(of: 3) ? 2 + random.below(12) : nil
    }

    /// New tokens of a sequence: every other step has one of each, as decoding does; others have prompts beside single tokens and none.
    mutating func count(step: Int) -> Int {
      step % 2 == 1 ? 1 : [0, 1, 1, 7, 20 + random.below(70)][random.below(5)]
    }

    var description: String { "seed \(number): \(heads) of \(kvHeads) heads of \(dim), window \(window ?? 0)" }
  }

  private struct Sequence {
    let slot: Int
    var keys: CachedKeys
  }

  @Test(arguments: [DType.float32, .bfloat16])
  func equalsTheProcessorsCache(type: DType) throws {
    for number in 0..<200 { try check(Course(number), type) }
  }

  private func check(_ course: Course, _ type: DType) throws {
    var course = course
    let cache = SlotCache()
    var sequences: [Sequence] = []
    for step in 0..<5 {
      if !sequences.isEmpty, course.random.below(3) == 0 {
        cache.leave(sequences.remove(at: course.random.below(sequences.count)).slot)
      }
      for _ in 0..<(step == 0 ? 2 : course.random.below(3)) {
        sequences.append(
          Sequence(slot: cache.join(), keys: CachedKeys(kvHeads: course.kvHeads, headDim: course.dim)))
      }
      #expect(Set(sequences.map(\.slot)).count == sequences.count)
      let counts = sequences.map { _ in course.count(step: step) }
      let tokens = counts.reduce(0, +)
      guard tokens > 0 else { continue }
      let seed = UInt64(course.number * 64 + step * 8)
      func drawn(_ heads: Int, _ offset: UInt64) throws -> Tensor {
        try halves([tokens, heads, course.dim], seed + offset, type)
      }
      let (queries, others) = (try drawn(course.heads, 0), try drawn(course.heads, 1))
      let new = CachedAttention.New(keys: try drawn(course.kvHeads, 2), values: try drawn(course.kvHeads, 3))
      let slots = sequences.map(\.slot)
      let windows = Set([0, course.window ?? 0])
      let plans = try SlotAttention.planned(cache, slots: slots, counts: counts, windows: windows, on: .cpu)
      let attention = try #require(plans[course.window ?? 0])
      let got = try attention.attend(queries: queries, new: new, layer: 0)
      // Another layer's queries, without a window.
      let again = try #require(plans[0]).attend(queries: others, new: nil, layer: 0)
      cache.advance(slots, by: counts)

      var caches = sequences.map(\.keys)
      func exact(_ queries: Tensor, _ new: CachedAttention.New?, _ window: Int?) throws -> Tensor {
        try CachedAttention.attend(
          queries: queries.converted(to: .float32), new: new,
          layout: PackedAttention.Layout(lengths: counts, window: window.map { .init(size: $0) }), caches: &caches)
      }
      let wide = CachedAttention.New(
        keys: try new.keys.converted(to: .float32), values: try new.values.converted(to: .float32))
      let tolerance = type == .float32 ? 2e-5 : 3.0 / 256
      #expect(got.dtype == type)
      try expectNear(got, exact(queries, wide, course.window), tolerance, "\(course), step \(step)")
      try expectNear(again, exact(others, nil, nil), tolerance, "\(course), step \(step), again")
      for index in sequences.indices {
        sequences[index].keys = caches[index]
        #expect(cache.length(of: slots[index]) == caches[index].length)
      }
    }
  }

  /// A window of many tokens and of one at a time, and rows whose places begin in the middle of a slot.
  @Test func windowsOfSingleTokens() throws {
    let cache = SlotCache()
    let slots = [cache.join(), cache.join()]
    let x = try normal([6, 2, 8], 1)
    func attend(_ x: Tensor, _ counts: [Int]) throws -> Tensor {
      let plan = try SlotAttention.planned(cache, slots: slots, counts: counts, windows: [2], on: .cpu)
      defer { cache.advance(slots, by: counts) }
      return try #require(plan[2]).attend(queries: x, new: CachedAttention.New(keys: x, values: x), layer: 0)
    }
    let whole = try attend(x, [6, 0])
    let single = try (0..<6).map { try attend(x.narrowed(0, from: $0, count: 1), [0, 1]) }
    try expectNear(Tensor.concatenated(single), whole, 1e-6)
  }

  @Test func slotsAreUsedAgain() throws {
    let cache = SlotCache()
    #expect([cache.join(), cache.join(), cache.join()] == [0, 1, 2] && cache.slots == 4)
    cache.advance([1], by: [7])
    cache.leave(1)
    #expect(cache.join() == 1 && cache.length(of: 1) == 0)
    let plan = { try SlotAttention.planned(cache, slots: [0, 2], counts: [65, 1], windows: [0], on: .cpu) }
    _ = try plan()
    #expect(cache.capacity == 128)
    for slot in 0..<3 { cache.leave(slot) }
    #expect(cache.slots == 0 && cache.capacity == 0)
    #expect(throws: TorchError.self) {
      try SlotAttention.planned(cache, slots: [0], counts: [], windows: [0], on: .cpu)
    }
    let x = try normal([66, 1, 8], 1)
    let slot = cache.join()
    let unread = try SlotAttention.planned(cache, slots: [slot], counts: [66], windows: [0], on: .cpu)
    #expect(throws: TorchError.self) { try unread[0]?.attend(queries: x, new: nil, layer: 0) }
  }

  /// A step sends what it needs of the host by one copy, whatever the number of layers.
  @Test func oneCopyForAllLayers() throws {
    let cache = SlotCache()
    let slots = [cache.join(), cache.join()]
    let x = try normal([3, 2, 8], 1)
    let (_, traffic) = try HostTraffic.counted {
      let plan = try SlotAttention.planned(cache, slots: slots, counts: [2, 1], windows: [0, 2], on: .cpu)
      for layer in 0..<4 {
        _ = try plan[layer % 2 * 2]?.attend(
          queries: x, new: CachedAttention.New(keys: x, values: x), layer: layer)
      }
    }
    #expect(traffic.writes <= 1 && traffic.reads == 0)
  }
}
