import Randomness
import Testing

@testable import Decoder
@testable import ModelConfiguration

/// What a spread of tokens over experts must be, whatever was chosen.
@Suite struct RoutingTests {
  @Test func figureOfThePaper() {
    // Hunyuan-Large, figure 2: capacity 2; the third token of expert 0 overflows and goes where there is room.
    let assignment = RoutingAssignment(
      choices: [0, 0, 0, 1, 2], shape: MoEShape(experts: 4, active: 1, width: 1, renormalizes: false), capacity: 2,
      overflow: .recycle, stream: { RandomStream(seed: 0, "test") })
    #expect(Array(assignment.experts[..<2]) == [0, 0] && Array(assignment.experts[3...]) == [1, 2])
    #expect([1, 2, 3].contains(assignment.experts[2]))
    #expect(assignment.overflow == 1 && assignment.dropped == 0)
  }

  @Test(arguments: 0..<200)
  func invariants(seed: UInt64) {
    var random = RandomStream(seed: seed, "routing")
    let (experts, tokens) = (1 + random.below(6), 1 + random.below(40))
    let active = 1 + random.below(min(experts, 3))
    let choices = (0..<tokens).flatMap { _ in
      var all = Array(0..<experts)
      random.shuffle(&all)
      // Lopsided, so that experts overflow.
      return Array(all.sorted { $0 / 2 < $1 / 2 }.prefix(active))
    }
    let shape = MoEShape(experts: experts, active: active, width: 1, renormalizes: active > 1)
    let capacity = 1 + random.below(tokens)
    func assigned(_ rule: RoutingRule.Overflow, _ capacity: Int?) -> RoutingAssignment {
      RoutingAssignment(
        choices: choices, shape: shape, capacity: capacity, overflow: rule,
        stream: { RandomStream(seed: seed, "recycle") })
    }
    #expect(assigned(.recycle, nil).experts == choices, "seed \(seed)")
    #expect(assigned(.recycle, tokens).experts == choices, "seed \(seed): room for all")
    let (recycled, dropped) = (assigned(.recycle, capacity), assigned(.drop, capacity))
    #expect(recycled == assigned(.recycle, capacity), "seed \(seed): the same again")
    for result in [recycled, dropped] {
      #expect(result.visits.allSatisfy { $0 <= capacity }, "seed \(seed)")
      #expect(result.experts.filter { $0 < 0 }.count == result.dropped, "seed \(seed)")
      for expert in 0..<experts {
        #expect(result.experts.filter { $0 == expert }.count == result.visits[expert], "seed \(seed)")
      }
      for token in 0..<tokens {
        let visits = result.experts[token * active..<(token + 1) * active].filter { $0 >= 0 }
        #expect(Set(visits).count == visits.count, "seed \(seed): token \(token) visits an expert twice")
      }
    }
    #expect(recycled.overflow == dropped.overflow && dropped.dropped == dropped.overflow, "seed \(seed)")
    if active == 1 {
      #expect(
        (recycled.dropped == 0) == (tokens <= experts * capacity), "seed \(seed): each is placed if there is room")
    }
  }
}
