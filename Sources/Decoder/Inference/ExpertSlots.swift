import Torch

/// Experts that a device holds ready, in a fixed number of slots: where all are taken, the one that was used least recently leaves.
///
/// An expert is known by its identity. Its pairs are laid out beside those of the others when a projection first needs them. One owner, or
/// several that take turns: sessions of one model may share it.
public final class ExpertSlots {
  private struct Slot {
    var expert: (any InferenceExpert)?
    /// When it was used last.
    var turn = 0
    /// How many experts have been here.
    var generation = 0
  }

  private struct Table {
    let pairs: LowRankTable
    /// Of each slot, whose pair it has: the slot's generation, and whether that expert has one.
    var held: [Int: (generation: Int, hasPair: Bool)] = [:]
  }

  /// How many experts it holds at most.
  public let count: Int
  private var slots: [Slot] = []
  private var tables: [ExpertPlace: Table] = [:]
  private var turn = 0

  public init(count: Int = 64) { self.count = max(1, count) }

  /// The experts that are held, in their slots.
  public var experts: [(any InferenceExpert)?] { slots.map(\.expert) }

  /// The slots of some experts, which come in where they are not.
  ///
  /// - Returns: Of each; `nil`: these are more experts than there are slots, and nothing is changed.
  public func slots(of experts: [any InferenceExpert]) -> [Int]? {
    guard Set(experts.map(ObjectIdentifier.init)).count <= count else { return nil }
    turn += 1
    // Those that are here first, so that they do not make room for the others.
    for expert in experts { if let slot = slot(of: expert) { slots[slot].turn = turn } }
    return experts.map { expert in
      if let slot = slot(of: expert) { return slot }
      let slot = roomiest()
      slots[slot].expert = expert
      slots[slot].generation += 1
      slots[slot].turn = turn
      return slot
    }
  }

  /// Lets an expert go, whose slot is then taken first: for one that is unloaded.
  public func remove(_ expert: any InferenceExpert) {
    guard let slot = slot(of: expert) else { return }
    (slots[slot].expert, slots[slot].turn) = (nil, 0)
  }

  private func slot(of expert: any InferenceExpert) -> Int? { slots.firstIndex { $0.expert === expert } }

  private func roomiest() -> Int {
    if let free = slots.firstIndex(where: { $0.expert == nil }) { return free }
    if slots.count < count {
      slots.append(Slot())
      return slots.count - 1
    }
    return slots.indices.min { slots[$0].turn < slots[$1].turn } ?? 0
  }

  /// The pairs at a projection, with those of some slots laid out; `nil`: none of these has one.
  ///
  /// - Parameters:
  ///   - place: Where the pairs plug in.
  ///   - used: Slots.
  ///   - x: The projection's input: its type and device are those of the pairs. [rows, inputs]
  func pairs(at place: ExpertPlace, of used: [Int], for x: Tensor, outputs: Int) throws -> LowRankTable? {
    var table: Table
    if let known = tables[place], known.pairs.type == x.dtype {
      table = known
    } else {
      table = Table(
        pairs: try LowRankTable(inputs: x.shape.last ?? 0, outputs: outputs, x.dtype ?? .float32, on: x.device))
    }
    for slot in used where table.held[slot]?.generation != slots[slot].generation {
      let pair = try slots[slot].expert.flatMap { try place.pair(of: $0) }
      // A slot that has nothing here and had nothing needs no memory.
      if pair != nil || table.held[slot]?.hasPair == true { try table.pairs.put(pair, in: slot) }
      table.held[slot] = (slots[slot].generation, pair != nil)
    }
    tables[place] = table
    guard used.contains(where: { table.held[$0]?.hasPair == true }) else { return nil }
    // Rows of slots without a pair here are multiplied with zeros.
    try table.pairs.makeRoom(slots: (used.max() ?? -1) + 1)
    return table.pairs
  }
}

/// A projection that experts plug into.
struct ExpertPlace: Hashable {
  enum Part: Hashable {
    case attention, block
    case routed(expert: Int)
  }

  let part: Part
  let projection: Projection
  let layer: Int

  /// What a plain expert has there; `nil`: nothing.
  func pair(of expert: any InferenceExpert) throws -> SegmentFactors? {
    func own(_ block: FeedForwardSegments.Expert?) -> SegmentFactors? {
      switch projection {
      case .gate: block?.gate
      case .up: block?.up
      default: block?.down
      }
    }
    switch part {
    case .attention: return try expert.factors(at: projection, layer: layer)
    case .block: return own(try expert.block(layer: layer).experts.first)
    case .routed(let number): return own(try expert.routed(layer: layer, expert: number))
    }
  }
}

/// The experts of a pass's tokens in their slots.
final class SlottedExperts {
  private let slots: ExpertSlots
  /// Of each token; −1: the base.
  private let numbers: [Int]
  private let device: Device
  /// What a device is told, made when a projection first asks.
  private var rows: SlotRows?

  private init(_ slots: ExpertSlots, _ numbers: [Int], on device: Device) {
    (self.slots, self.numbers, self.device) = (slots, numbers, device)
  }

  /// - Parameter experts: Of each token; `nil` is the base.
  /// - Returns: `nil`: these are more than there are slots.
  convenience init?(_ slots: ExpertSlots, ofTokens experts: [(any InferenceExpert)?], on device: Device) {
    var (distinct, known): ([any InferenceExpert], [ObjectIdentifier: Int]) = ([], [:])
    for case let expert? in experts where known[ObjectIdentifier(expert)] == nil {
      known[ObjectIdentifier(expert)] = distinct.count
      distinct.append(expert)
    }
    guard let taken = slots.slots(of: distinct) else { return nil }
    self.init(
      slots, experts.map { $0.flatMap { known[ObjectIdentifier($0)].map { taken[$0] } } ?? -1 }, on: device)
  }

  /// The same for some of the tokens, in their order.
  func narrowed(to tokens: [Int]) -> SlottedExperts {
    SlottedExperts(slots, tokens.map { numbers[$0] }, on: device)
  }

  /// y += scaling · B A x of each token's expert, where `y` lies. `x`: [tokens, in]; `y`: [tokens, out].
  func add(to y: Tensor, of x: Tensor, at place: ExpertPlace) throws {
    let rows = try rows ?? SlotRows(numbers, on: device)
    self.rows = rows
    try slots.pairs(at: place, of: rows.used, for: x, outputs: y.shape.last ?? 0)?.add(to: y, of: x, rows)
  }
}
