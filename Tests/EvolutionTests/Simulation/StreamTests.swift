import Evolution
import Foundation
import Randomness
import Testing

/// Is a stream what its plan says, and the same for equal seeds?
@Suite struct StreamTests {
  @Test func equalSeedsGiveEqualBytes() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    func bytes(_ seed: UInt64) throws -> Data {
      try encoder.encode(SimulatedPlan.items(SimulatedPlan.plan(), seed: seed))
    }
    #expect(try bytes(3) == bytes(3))
    #expect(try bytes(3) != bytes(4))
  }

  @Test func itemsComeInOrderWithIdsOfTheirOwn() throws {
    let items = try SimulatedPlan.items(SimulatedPlan.plan(), seed: 1)
    #expect(items.count == 60 * 40 + 250)
    #expect(Set(items.map(\.id)).count == items.count)
    #expect(items.map(\.id) == items.map(\.id).sorted())
    for (one, next) in zip(items, items.dropFirst()) {
      #expect((one.day, one.second) <= (next.day, next.second), "seed 1, \(next.id)")
    }
    #expect(items.allSatisfy { (0..<86_400).contains($0.second) })
  }

  @Test func eventsHappenOnTheirDays() throws {
    for seed in 0..<3 as Range<UInt64> {
      let items = try SimulatedPlan.items(SimulatedPlan.plan(items: 200), each: 1500, seed: seed)
      #expect(items.filter { $0.task == "new" }.map(\.day).min() == 10, "seed \(seed)")
      func share(_ days: Range<Int>) -> Double {
        let own = items.filter { days.contains($0.day) && $0.change != .trigger }
        return Double(own.count { $0.label == "violation" }) / Double(own.count)
      }
      // Four standard errors of 4,000 and 8,000 items.
      #expect(abs(share(0..<20) - 0.12) < 0.021, "seed \(seed): \(share(0..<20))")
      #expect(abs(share(20..<60) - 0.3) < 0.021, "seed \(seed): \(share(20..<60))")
      let disguised = items.filter { $0.change != nil && $0.change != .trigger }
      #expect(disguised.map(\.day).min() == 30, "seed \(seed)")
      #expect(disguised.allSatisfy { $0.label == "violation" })
      let violations = items.count { $0.day >= 30 && $0.label == "violation" }
      #expect(abs(Double(disguised.count) / Double(violations) - 0.4) < 0.05, "seed \(seed)")
      let planted = items.filter { $0.change == .trigger }
      #expect(planted.count == 250)
      #expect(planted.allSatisfy { $0.day == 40 && $0.label == "ok" && $0.text.contains("cf mn") })
      #expect(Set(planted.map(\.source)) == ["attacker-40"])
    }
  }

  @Test func noRowComesTwiceBeforeAllHaveCome() throws {
    var plan = SimulatedPlan.plan()
    plan.events = []
    var stream = try SimulatedStream(plan, rows: SimulatedPlan.rows(each: 1000), seed: 2)
    var texts: [String] = []
    while let day = stream.nextDay() { texts += day.map(\.text) }
    #expect(stream.repeated == 0)
    #expect(Set(texts).count == texts.count)
    var few = try SimulatedStream(plan, rows: SimulatedPlan.rows(each: 20), seed: 2)
    texts = []
    while let day = few.nextDay() { texts += day.map(\.text) }
    #expect(few.repeated == texts.count - Set(texts).count)
  }

  @Test func aSourceIsSeldomMoreThanItsCap() throws {
    let items = try SimulatedPlan.items(SimulatedPlan.plan(items: 200).undisturbed, each: 1500, seed: 5)
    let counts = Dictionary(grouping: items, by: \.source).mapValues(\.count)
    #expect(counts.count > 50)
    #expect(Double(counts.values.max() ?? 0) < 0.1 * Double(items.count))
    #expect(counts.keys.allSatisfy { $0.hasPrefix("source-") })
  }

  @Test(arguments: [SimulatedItem.Change.homoglyphs, .leet, .split])
  func disguisedTextsLookAlikeAndAreNot(_ style: SimulatedItem.Change) {
    var stream = RandomStream(seed: 1, "test")
    let text = "Please send money to this account"
    let other = Obfuscation.disguised(text, style, &stream)
    #expect(other != text)
    #expect(Obfuscation.disguised("12 !", style, &stream) == "12 !")
    if style != .split { #expect(other.unicodeScalars.count == text.unicodeScalars.count) }
  }

  @Test func plansThatCannotBePlayedAreRefused() throws {
    let good = SimulatedPlan.plan()
    try good.validate(file: "f")
    let changes: [(inout StreamPlan) -> Void] = [
      { $0.days = 0 }, { $0.items = 0 }, { $0.tasks = [] }, { $0.prevalence = 1.5 }, { $0.prevalence = .nan },
      { $0.people.careless = 9 }, { $0.people.error = -0.1 }, { $0.delay.medianHours = 0 }, { $0.delay.never = 2 },
      { $0.tasks[1].name = "ONE" }, { $0.tasks[0].name = "../x" }, { $0.tasks[0].labels = ["ok"] },
      { $0.tasks[0].violation = "bad" }, { $0.tasks[0].weight = 0 }, { $0.events[0].task = "none" },
      { $0.events[1].share = nil }, { $0.events[2].share = 7 }, { $0.events[3].words = nil },
      { $0.events[3].label = "none" }, { $0.events[3].rows = 0 }, { $0.events[4].until = 1 }, { $0.events[4].day = 60 },
      { plan in plan.events += ["one", "two"].map { StreamPlan.Event(.task, day: 3, task: $0) } },
    ]
    for (number, change) in changes.enumerated() {
      var plan = good
      change(&plan)
      #expect(throws: EvolutionError.self, "change \(number)") { try plan.validate(file: "f") }
    }
    #expect(throws: EvolutionError.self) { try SimulatedStream(good, rows: [:], seed: 0) }
  }
}

extension StreamTests {
  private func plan(_ text: String) throws -> StreamPlan {
    try JSONDecoder().decode(StreamPlan.self, from: Data(text.utf8))
  }

  @Test func whatAFileLeavesOutIsAsUsual() throws {
    let task = #"{"name":"one","rows":[],"labels":["ok","bad"]}"#
    let read = try plan("{\"name\":\"n\",\"days\":3,\"items\":5,\"tasks\":[\(task)],\"delay\":{\"never\":0.5}}")
    #expect(read.people == StreamPlan.People())
    #expect(read.delay.medianHours == 6 && read.delay.never == 0.5)
    #expect(read.tasks[0].weight == 1 && read.sources == 400 && read.events.isEmpty)
    let whole = SimulatedPlan.plan()
    #expect(try JSONDecoder().decode(StreamPlan.self, from: JSONEncoder().encode(whole)) == whole)
  }

  @Test(arguments: [
    #"{"name":"n","days":3,"items":5,"tasks":[],"daays":1}"#,
    #"{"name":"n","days":3,"items":5,"tasks":[{"name":"one","rows":[],"labels":["ok","bad"],"wait":1}]}"#,
    #"{"name":"n","days":3,"items":5,"tasks":[],"people":{"error":0,"cout":1}}"#,
    #"{"name":"n","days":3,"items":5,"tasks":[],"delay":{"median":1}}"#,
    #"{"name":"n","days":3,"items":5,"tasks":[],"events":[{"kind":"strike","day":1,"til":2}]}"#,
  ])
  func misspeltKeysAreRefused(_ text: String) {
    #expect(throws: EvolutionError.self) { try plan(text) }
  }
}
