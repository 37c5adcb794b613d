import Files
import Foundation
import Randomness
import Review

/// Plays a stream for a team that works by a policy.
///
/// What decides, certifies, watches, cleans and gates is what a server runs: `Certifier`, `Side`, `RowUse`, ``Cleaning``, the gates. Arrivals,
/// people and the clock are simulated, and nothing is written: certificates change at the end of a day, when the day's labels are in.
public struct Simulator {
  /// What is played.
  let plan: StreamPlan
  let policy: SimulationPolicy
  let seed: UInt64
  let settings: SimulationSettings
  let people: SimulatedPeople
  /// Features of texts, one row each.
  let features: ([String]) throws -> [[Float]]
  var stream: SimulatedStream
  var tasks: [SimulatedTask]
  var result: SimulationResult
  /// The number of the last label that became final.
  var sequence = 0

  /// A team at the first day of its stream.
  ///
  /// - Parameters:
  ///   - plan: What is played.
  ///   - rows: The rows of each task.
  ///   - policy: How the team works.
  ///   - seed: Where chance comes from.
  ///   - settings: The team's numbers.
  ///   - features: Features of texts, a row of numbers for each; equal texts have equal ones.
  /// - Throws: ``EvolutionError/stream(file:key:expected:got:fix:)`` for a plan that cannot be played.
  public init(
    _ plan: StreamPlan, rows: [String: [SimulationRow]], policy: SimulationPolicy, seed: UInt64,
    settings: SimulationSettings = SimulationSettings(), features: @escaping ([String]) throws -> [[Float]]
  ) throws {
    self.plan = plan
    self.policy = policy
    self.seed = seed
    self.settings = settings
    self.features = features
    stream = try SimulatedStream(plan, rows: rows, seed: seed)
    people = SimulatedPeople(plan, seed: seed)
    tasks = plan.tasks.map { SimulatedTask($0, coolDown: settings.coolDown) }
    result = SimulationResult(stream: plan.name, policy: policy, seed: seed)
    result.recoveries = plan.events.map { SimulationResult.Recovery(kind: $0.kind, day: $0.day) }
  }

  /// Plays the stream to its end.
  ///
  /// - Parameter progress: Called with each day that is over; what it throws ends the simulation.
  /// - Returns: What became of it.
  /// - Throws: What features, statistics or a head cannot be made of.
  public mutating func run(progress: (Int) throws -> Void = { _ in }) throws -> SimulationResult {
    while let items = stream.nextDay() {
      let day = stream.day - 1
      try receive(items)
      label(on: day)
      if policy.decides {
        for place in tasks.indices {
          try watch(place, day)
          try learn(place, day)
          try certify(place, day)
        }
      }
      try progress(day)
    }
    result.backdoor = try backdoor()
    return result
  }

  /// The end of a day.
  func end(of day: Int) -> Date { Date(timeIntervalSince1970: Double((day + 1) * 86_400)) }
}
