import ModelConfiguration
import Randomness

/// Which expert each slot visits in the end. A slot is one choice of a token: token · active + its number.
///
/// Whole numbers only: the same choices and the same stream give the same assignment on every machine.
struct RoutingAssignment: Equatable {
  /// Of each slot; −1: it visits no expert.
  private(set) var experts: [Int]
  /// Slots that chose each expert, before anything was moved.
  private(set) var chosen: [Int]
  /// Slots that each expert took as they chose it.
  private(set) var admitted: [Int]
  /// Slots that visit each expert.
  private(set) var visits: [Int]
  /// Slots whose own choice had no room.
  private(set) var overflow = 0
  /// Slots that visit no expert.
  private(set) var dropped = 0

  /// - Parameters:
  ///   - choices: Of each slot, an expert. [tokens · active]
  ///   - shape: Of the MoE block.
  ///   - capacity: Places of each expert; `nil`: no limit.
  ///   - overflow: What becomes of the rest.
  ///   - stream: Where chance comes from; asked only if something overflows.
  init(
    choices: [Int], shape: MoEShape, capacity: Int?, overflow rule: RoutingRule.Overflow,
    stream: () -> RandomStream
  ) {
    experts = choices
    chosen = [Int](repeating: 0, count: shape.experts)
    for expert in choices where chosen.indices.contains(expert) { chosen[expert] += 1 }
    (visits, admitted) = (chosen, chosen)
    guard let capacity, let most = chosen.max(), most > capacity else { return }
    visits = [Int](repeating: 0, count: shape.experts)
    let rest = admit(upTo: capacity, active: shape.active)
    admitted = visits
    overflow = rest.count
    switch rule {
    case .drop: dropped = rest.count
    case .recycle:
      var random = stream()
      recycle(rest, capacity: capacity, active: shape.active, &random)
    }
  }

  /// Walks all first choices in order of the tokens, then all second ones; what finds no place is taken out and returned.
  private mutating func admit(upTo capacity: Int, active: Int) -> [Int] {
    var rest: [Int] = []
    for number in 0..<active {
      for slot in stride(from: number, to: experts.count, by: active) {
        let expert = experts[slot]
        guard visits.indices.contains(expert) else { continue }
        if visits[expert] < capacity {
          visits[expert] += 1
        } else {
          experts[slot] = -1
          rest.append(slot)
        }
      }
    }
    return rest
  }

  /// Gives each slot of `rest` a place that is free: the chance of an expert is its share of the free places.
  private mutating func recycle(_ rest: [Int], capacity: Int, active: Int, _ random: inout RandomStream) {
    let free = visits.enumerated().map { (expert: $0.offset, places: capacity - $0.element) }
      .sorted { ($1.places, $0.expert) < ($0.places, $1.expert) }
    var places = free.flatMap { Array(repeating: $0.expert, count: $0.places) }
    random.shuffle(&places)
    for (number, slot) in rest.enumerated() {
      guard number < places.count else {
        dropped += 1
        continue
      }
      let start = slot / active * active
      let others = experts[start..<start + active]
      // A token does not visit an expert twice: a later place is taken instead, if there is one.
      if others.contains(places[number]) {
        guard let other = places.indices[(number + 1)...].first(where: { !others.contains(places[$0]) }) else {
          dropped += 1
          continue
        }
        places.swapAt(number, other)
      }
      experts[slot] = places[number]
      visits[places[number]] += 1
    }
  }
}
