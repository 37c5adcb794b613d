import Randomness
import TestSupport
import Testing

@testable import Torch

/// Do rows with several experts get what the CPU's kernel gives them, whoever multiplies?
@Suite struct LowRankTableTests {
  init() throws { try useOneThread() }

  private struct Course {
    let number: Int
    let inputs: Int
    let outputs: Int
    /// One run after the other; −1: none.
    var slots: [Int] = []
    var pairs: [Int: SegmentFactors] = [:]

    /// - Parameter isFew: One row for each slot, as decoding has them; otherwise prompts.
    init(_ number: Int, isFew: Bool) throws {
      var random = RandomStream(seed: UInt64(number), "slots")
      self.number = number
      (inputs, outputs) = (8 * (1 + random.below(9)), 8 * (1 + random.below(9)))
      for _ in 0..<1 + random.below(12) {
        let slot = random.below(7) - 1
        slots += [Int](repeating: slot, count: isFew ? 1 : 1 + random.below(40))
      }
      // One of the slots has nothing at this projection.
      for slot in 0..<6 where slot != 3 {
        let rank = 1 + random.below(20)
        pairs[slot] = try SegmentFactors(
          a: halves([rank, inputs], UInt64(number * 16 + slot)),
          b: halves([outputs, rank], UInt64(number * 16 + slot + 8)),
          scaling: [2, 0.5, 0.7][slot % 3])
      }
    }

    func table(_ type: DType) throws -> LowRankTable {
      let table = try LowRankTable(inputs: inputs, outputs: outputs, type, on: .cpu)
      for slot in pairs.keys.sorted() { try table.put(pairs[slot], in: slot) }
      try table.makeRoom(slots: 6)
      return table
    }
  }

  @Test(arguments: [DType.float32, .bfloat16], [LowRankTable.Way.kernels, .grouped, .composed])
  func equalsTheProcessorsKernel(type: DType, way: LowRankTable.Way) throws {
    guard way != .grouped || type == .bfloat16 else { return }
    for number in 0..<60 {
      let course = try Course(number, isFew: way == .kernels || number.isMultiple(of: 3))
      let seed = UInt64(number) * 2 + 10_000
      let x = try halves([course.slots.count, course.inputs], seed, type)
      let y = try halves([course.slots.count, course.outputs], seed + 1, type)
      let expected = try y.converted(to: .float32).cloned()
      let rows = try SlotRows(course.slots, on: .cpu)
      try LowRankSegments(
        rows.runs.compactMap { run in course.pairs[run.slot].map { (run.rows, $0) } }
      ).add(to: expected, of: x.converted(to: .float32))
      let got = try y.cloned()
      try asDevice(way == .kernels ? .emulatedKernels : .singleOperations) {
        let table = try course.table(type)
        if rows.used.isEmpty || !rows.isFew || way != .kernels {
          switch way {
          case .grouped: if !rows.used.isEmpty { try table.addGrouped(to: got, of: x, rows) }
          case .kernels, .composed: try table.addComposed(to: got, of: x, rows)
          }
        } else {
          #expect(table.way(x, rows) == .kernels)
          try table.add(to: got, of: x, rows)
        }
      }
      #expect(got.dtype == type)
      // In bfloat16 what was reduced is rounded, too.
      try expectNear(got, expected, type == .float32 ? 2e-5 : 10.0 / 256, "seed \(number)")
    }
  }

  /// Which way is taken.
  @Test func ways() throws {
    let table = try LowRankTable(inputs: 16, outputs: 24, .bfloat16, on: .cpu)
    let x = try halves([40, 16], 1, .bfloat16)
    let (many, few) = (
      try SlotRows([Int](repeating: 2, count: 40), on: .cpu), try SlotRows((0..<40).map { $0 % 8 }, on: .cpu)
    )
    asDevice(.singleOperations) {
      #expect(table.way(x, many) == .grouped && table.way(x, few) == .grouped)
    }
    asDevice(.emulatedKernels) {
      #expect(table.way(x, many) == .grouped && table.way(x, few) == .kernels)
    }
    let narrow = try LowRankTable(inputs: 12, outputs: 24, .bfloat16, on: .cpu)
    asDevice(.singleOperations) { #expect(narrow.way(x, many) == .composed) }
    #expect(try few.order?.integers() == (0..<8).flatMap { slot in (0..<5).map { slot + 8 * $0 } })
    #expect(try many.order == nil && many.ends.integers() == [0, 0, 40] && many.used == [2])
  }

  /// A slot that gets another pair keeps nothing of the one before, whatever its rank.
  @Test func slotsAreFilledAgain() throws {
    let table = try LowRankTable(inputs: 8, outputs: 8, .float32, on: .cpu)
    func pair(_ rank: Int, _ seed: UInt64) throws -> SegmentFactors {
      try SegmentFactors(a: normal([rank, 8], seed), b: normal([8, rank], seed + 1), scaling: 1)
    }
    let (x, rows) = (try normal([3, 8], 1), try SlotRows([1, 0, 1], on: .cpu))
    func added(_ table: LowRankTable) throws -> Tensor {
      let y = try Tensor.zeros([3, 8])
      try asDevice { try table.add(to: y, of: x, rows) }
      return y
    }
    try table.put(pair(20, 1), in: 0)
    try table.put(pair(3, 3), in: 1)
    try table.put(pair(2, 5), in: 0)
    let fresh = try LowRankTable(inputs: 8, outputs: 8, .float32, on: .cpu)
    try fresh.put(pair(2, 5), in: 0)
    try fresh.put(pair(3, 3), in: 1)
    try expectNear(added(table), added(fresh), 1e-6)
    try table.put(nil, in: 0)
    #expect(try added(table).selected(0, 1).floats().allSatisfy { $0 == 0 })
    #expect(throws: TorchError.self) {
      try table.put(SegmentFactors(a: normal([2, 9], 1), b: normal([8, 2], 2), scaling: 1), in: 0)
    }
    #expect(throws: TorchError.self) { try table.add(to: Tensor.zeros([2, 8]), of: x, rows) }
  }
}
