import Evolution
import Testing

/// Do simulated people err, wait and stay away as a plan says?
@Suite struct PeopleTests {
  private func item(_ number: Int) -> SimulatedItem {
    SimulatedItem(id: "d00-\(number)", day: 0, second: 0, task: "one", text: "", label: "ok", source: "s", change: nil)
  }

  @Test func theyErrAsOftenAsThePlanSays() {
    let people = SimulatedPeople(SimulatedPlan.plan(), seed: 1)
    func errors(_ person: String) -> Int { (0..<4000).count { people.label(of: item($0), by: person) != "ok" } }
    // 80 ± 4 · 8.9 and 400 ± 4 · 19.
    #expect((45...115).contains(errors("reviewer-1")), "seed 1: \(errors("reviewer-1"))")
    #expect((324...476).contains(errors("reviewer-8")), "seed 1: \(errors("reviewer-8"))")
    #expect(people.label(of: item(5), by: "reviewer-8") == people.label(of: item(5), by: "reviewer-8"))
  }

  @Test func labelsTakeHoursAndSomeNeverCome() {
    let people = SimulatedPeople(SimulatedPlan.plan(), seed: 2)
    let delays = (0..<4000).map { people.delay(of: item($0)) }
    let never = delays.count { $0 == nil }
    // 200 ± 4 · 13.8
    #expect((145...255).contains(never), "seed 2: \(never)")
    let hours = delays.compactMap(\.self)
    #expect(hours.allSatisfy { $0 >= 1 })
    let within = Double(hours.count { $0 <= 6 }) / Double(hours.count)
    #expect(abs(within - 0.5) < 0.035, "seed 2: \(within)")
    // Geometric: of those who waited six hours half wait at most six more.
    let later = hours.filter { $0 > 6 }
    #expect(abs(Double(later.count { $0 <= 12 }) / Double(later.count) - 0.5) < 0.05, "seed 2")
  }

  @Test func halfOfThemStrike() {
    let people = SimulatedPeople(SimulatedPlan.plan(), seed: 3)
    #expect([49, 50, 52, 53].map { people.present(on: $0).count } == [8, 4, 4, 8])
    #expect(people.capacity(on: 51) == 240)
  }

  @Test func costsAreOfReviewsAndSeconds() {
    let costs = SimulationCosts()
    #expect(abs(costs.perThousand(reviews: 100, seconds: 50_000, items: 1000) - 5.5) < 1e-12)
    #expect(costs.perThousand(reviews: 1, seconds: 1, items: 0) == 0)
  }
}
