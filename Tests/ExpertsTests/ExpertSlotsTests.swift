import Experts
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Decoder

/// Which experts does a device hold, and does it give each sequence what its expert gives?
@Suite struct ExpertSlotsTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  private func expert(_ seed: Int, rank: Int = 3, on model: DecoderModel? = nil) throws -> PreparedExpert {
    let configuration = (model ?? self.model).configuration
    let shape = try LowRankShape(
      rank: rank, alpha: 6, dropout: 0, projections: seed % 3 == 2 ? [.query, .value] : Projection.allCases,
      routed: configuration.moe != nil && seed % 2 == 0)
    return PreparedExpert(try randomExpert(shape, on: configuration, seed: UInt64(seed)))
  }

  @Test func theLeastRecentlyUsedLeaves() throws {
    let slots = ExpertSlots(count: 3)
    let experts = try (0..<5).map { try expert($0) }
    #expect(slots.slots(of: [experts[0], experts[1], experts[2]]) == [0, 1, 2])
    #expect(slots.slots(of: [experts[0], experts[0]]) == [0, 0])
    #expect(slots.slots(of: [experts[3]]) == [1])
    // Those that are there stay, though one of them is the least recent.
    #expect(slots.slots(of: [experts[4], experts[2]]) == [0, 2])
    #expect(slots.experts.map { $0.map(ObjectIdentifier.init) } == [4, 3, 2].map { ObjectIdentifier(experts[$0]) })
    #expect(slots.slots(of: experts) == nil)
    slots.remove(experts[3])
    slots.remove(experts[3])
    #expect(slots.experts[1] == nil)
    #expect(slots.slots(of: [experts[0]]) == [1] && slots.slots(of: []) == [])
  }

  /// Experts change places, some have nothing at a projection: each row gets what it gets alone on the CPU.
  @Test(arguments: ["tiny", "families/qwen3", "families/hunyuan-moe"], Rehearsal.allCases)
  func everyRowHasItsExpert(family: String, by rehearsal: Rehearsal) throws {
    let model = try Goldens.model(family)
    let experts = try (0..<5).map { try expert($0, rank: [3, 8, 1, 17, 4][$0], on: model) }
    let slots = ExpertSlots(count: 3)
    for (round, chosen) in [[0, 1, -1, 0], [2, 3, 3, -1], [0, 4, 2, 0], [1, -1, -1, 1]].enumerated() {
      let rows = [[5, 6, 7], [8], Array(1..<30), [9, 10]]
      let used: [PreparedExpert?] = chosen.map { $0 < 0 ? nil : experts[$0] }
      let batch = try TokenBatch(rows)
      func states(_ slots: ExpertSlots?) throws -> Tensor {
        try model.inferredStates(
          batch, experts: used, slices: ProductSlices(sliced: 0), cache: KeyValueCache(),
          at: Array(0..<batch.tokens), slots: slots)
      }
      let expected = try states(nil)
      let got = try asDevice(rehearsal) { try states(slots) }
      #expect(try difference(got, expected) < 5e-4, "\(family), round \(round)")
    }
  }

  /// Greedy tokens of a device's session are the CPU's: experts of several shapes, more of them than slots in the end.
  @Test(arguments: ["tiny", "families/hunyuan-moe"], Rehearsal.allCases)
  func sessionsWithExperts(family: String, by rehearsal: Rehearsal) throws {
    let model = try Goldens.model(family)
    let experts = try (0..<5).map { try expert($0, on: model) }
    let requests = (0..<8).map { number in
      DecodingSession.Request(
        Array(1...(1 + number * number % 23)), options: GenerationOptions(maxTokens: 4 + number, stopsAtEnd: false),
        expert: number == 6 ? nil : experts[number % 5])
    }
    func answers(slots: Int) throws -> [[Int]] {
      let session = DecodingSession(model, stepTokens: 30, expertSlots: ExpertSlots(count: slots))
      var (answers, waiting) = (requests.map { _ in [Int]() }, requests[...])
      while !waiting.isEmpty || !session.isEmpty {
        for request in waiting.prefix(3) { try session.add(request) }
        waiting = waiting.dropFirst(3)
        for event in try session.step() { if let id = event.token { answers[event.sequence].append(id) } }
      }
      return answers
    }
    let expected = try answers(slots: 1)
    for slots in [2, 5] {
      #expect(try asDevice(rehearsal) { try answers(slots: slots) } == expected, "\(family), \(slots) slots")
    }
  }

  /// The square root of Σ (a − b)² / Σ b².
  private func distance(_ a: Tensor, _ b: Tensor) throws -> Double {
    let (gap, whole) = (try a - b, b)
    return (try (gap * gap).sum().item() / (whole * whole).sum().item()).squareRoot()
  }

  /// Grouped products and kernels in bfloat16, with the routed experts' pairs.
  @Test(arguments: ["tiny", "families/hunyuan-moe"], Rehearsal.allCases)
  func halfPrecision(family: String, by rehearsal: Rehearsal) throws {
    let model = try DecoderModel(folder: Goldens.folder.appendingPathComponent(family), precision: .bfloat16)
    let experts: [PreparedExpert?] = try (0..<4).map { $0 == 3 ? nil : try expert($0, on: model) }
    for rows in [[[5, 6, 7], [8], Array(1..<30), [9, 10]], [[5], [6], [7], [8]]] {
      let batch = try TokenBatch(rows)
      func states(_ model: DecoderModel) throws -> Tensor {
        try model.inferredStates(
          batch, experts: experts, slices: ProductSlices(sliced: 0), cache: KeyValueCache(),
          at: Array(0..<batch.tokens), slots: ExpertSlots())
      }
      let expected = try states(model)
      let got = try asDevice(rehearsal) { try distance(states(model.computing(in: .bfloat16)), expected) }
      #expect(got > 0 && got < 0.03, "\(family)")
    }
  }

  /// Two experts that a gate mixes are computed by single operations, also beside a plain one and in bfloat16.
  @Test func mixtures() throws {
    let model = self.model
    let parts = try (7..<9).map { seed in
      try randomExpert(
        LowRankShape(rank: 4, alpha: 4, dropout: 0), on: model.configuration, seed: UInt64(seed))
    }
    let gates = try (0..<model.configuration.layers).map { layer in
      let gate = try Tensor.zeros([2, model.configuration.hiddenSize])
      try Generator(seed: UInt64(layer)).fillNormal(gate, deviation: 1)
      return gate
    }
    let mixed = PreparedExpert(shared: parts[0], dedicated: parts[1], gates: gates)
    let plain = try expert(1)
    let batch = try TokenBatch([[5, 6, 7], [8], Array(1..<30)])
    func states(_ model: DecoderModel) throws -> Tensor {
      try model.inferredStates(
        batch, experts: [mixed, plain, nil], slices: ProductSlices(sliced: 0), cache: KeyValueCache(),
        at: Array(0..<batch.tokens), slots: ExpertSlots())
    }
    let expected = try states(model)
    #expect(try asDevice { try difference(states(model), expected) } < 5e-4)
    let half = try DecoderModel(folder: Goldens.folder.appendingPathComponent("tiny"), precision: .bfloat16)
      .computing(in: .bfloat16)
    #expect(try asDevice { try distance(states(half), expected) } < 0.05)
  }
}
