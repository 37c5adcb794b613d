import Foundation
import Testing

@testable import Evolution

/// Does a team do what its policy says, the same for equal seeds, and is nothing lost or counted twice?
@Suite(.serialized) struct SimulatorTests {
  /// A stream of one task that an expert can learn, without errors of people.
  private func plan(days: Int, items: Int = 60) -> StreamPlan {
    var plan = StreamPlan(
      name: "test", days: days, items: items, tasks: [SimulatedPlan.task("one")], prevalence: 0.3, sources: 60)
    (plan.people.error, plan.people.careless) = (0, 0)
    (plan.delay.medianHours, plan.delay.never) = (3, 0.02)
    return plan
  }

  private func result(
    _ policy: SimulationPolicy, _ plan: StreamPlan, seed: UInt64, newLabels: Int = 100
  ) throws -> SimulationResult {
    var settings = SimulationSettings()
    (settings.newLabels, settings.double) = (newLabels, 0.3)
    var simulator = try Simulator(
      plan, rows: SimulatedPlan.rows(of: ["one"], each: 1000), policy: policy, seed: seed, settings: settings,
      features: BagOfWords.features)
    return try simulator.run()
  }

  @Test func ourTeamDecidesWhatItMayAndUsesNoRowThatItMayNot() throws {
    let result = try result(.ours, plan(days: 24), seed: 1)
    #expect(result.items == 24 * 60)
    #expect(result.decided > 0, "seed 1: \(result)")
    #expect(result.forbiddenUses == 0)
    #expect((result.precision ?? 1) >= 0.9, "seed 1: \(result)")
    #expect(result.decided == result.weeks.reduce(0) { $0 + $1.decided })
    #expect(result.wrong == result.weeks.reduce(0) { $0 + $1.wrong })
    #expect(result.seconds > 0)
    // What nobody saw was not reviewed, and a review takes up to three votes.
    #expect(result.reviews <= 3 * (result.items - result.decided))
  }

  @Test func equalSeedsGiveEqualBytes() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    func bytes(_ seed: UInt64) throws -> Data {
      try encoder.encode(result(.ours, plan(days: 8), seed: seed, newLabels: 50))
    }
    #expect(try bytes(3) == bytes(3))
    #expect(try bytes(3) != bytes(4))
  }

  @Test func peopleAloneReviewEverythingThatGetsALabel() throws {
    let plan = plan(days: 10)
    let result = try result(.humanOnly, plan, seed: 2)
    #expect(result.decided == 0)
    #expect(result.weeks.isEmpty)
    #expect(result.seconds == 0)
    // One vote each; some labels never come, and those of the last hours come too late.
    #expect((Int(0.9 * Double(result.items))...result.items).contains(result.reviews), "seed 2: \(result.reviews)")
  }

  @Test func aStrikeLeavesItemsWaiting() throws {
    var striking = plan(days: 6)
    striking.people.itemsPerDay = 10
    striking.events = [StreamPlan.Event(.strike, day: 3, until: 5, share: 0.5)]
    var working = striking
    working.events = []
    let (few, all) = (try result(.humanOnly, striking, seed: 2), try result(.humanOnly, working, seed: 2))
    #expect(few.reviews < all.reviews)
    // Three days of 60 items, then three of 40 votes.
    #expect(few.reviews <= 3 * 60 + 3 * 40)
  }

  @Test func theOracleTakesTheLargestSetThatIsRightEnough() throws {
    let scores: [[Double]] = [0.99, 0.97, 0.9, 0.8, 0.7, 0.3].map { [log($0), log(1 - $0)] }
    let gold = ["a", "b", "a", "a", "b", "b"]
    let oracle = try OracleThresholds(labels: ["a", "b"], scores: scores, gold: gold, precision: 0.75)
    #expect(oracle.claims == ["a", "a", "a", "a", nil, "b"])
    #expect(try OracleThresholds(labels: ["a", "b"], scores: scores, gold: gold, precision: 1).claims[1] == nil)
  }

  @Test func featuresOfOtherNumbersAreRefused() throws {
    var simulator = try Simulator(
      plan(days: 2), rows: SimulatedPlan.rows(of: ["one"]), policy: .ours, seed: 0, features: { _ in [] })
    #expect(throws: EvolutionError.self) { try simulator.run() }
  }
}
