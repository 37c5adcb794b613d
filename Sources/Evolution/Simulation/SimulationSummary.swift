public import Assurance

/// What policies did with one stream, over seeds: each number as a mean with its 95 % interval.
public struct SimulationSummary: Sendable, Codable, Equatable {
  /// A number over seeds.
  public struct Measure: Sendable, Codable, Equatable {
    /// For how many seeds there is one.
    public let seeds: Int
    /// Its mean; `nil`: no seed has one.
    public let mean: Double?
    /// Student's 95 % interval of the mean; `nil` with fewer than two.
    public let interval: Interval?

    /// A number over seeds.
    ///
    /// - Parameter values: That of each seed; `nil` where there is none.
    public init(_ values: [Double?]) {
      let some = values.compactMap(\.self)
      let of = MeanInterval(some)
      seeds = some.count
      mean = of.mean.isFinite ? of.mean : nil
      interval = of.student()
    }

    /// Whether it lies below another one: the intervals are apart.
    ///
    /// - Parameter other: The same number of another policy.
    public func isBelow(_ other: Measure) -> Bool {
      guard let interval, let others = other.interval else { return false }
      return interval.high < others.low
    }
  }

  /// A policy over all seeds.
  public struct Row: Sendable, Codable, Equatable {
    /// The policy.
    public let policy: SimulationPolicy
    /// What 1,000 items cost.
    public let cost: Measure
    /// Votes of people.
    public let reviews: Measure
    /// The share of items that nobody saw.
    public let stripped: Measure
    /// What the certificates promise of these.
    public let promised: Measure
    /// What was right of these.
    public let precision: Measure
    /// The share of side-weeks that kept the promise.
    public let weeksKept: Measure
    /// Sides stopped without need.
    public let falseStops: Measure
    /// The share of violations that a planted trigger turns.
    public let backdoor: Measure
    /// Accuracy of all tasks at the end.
    public let accuracy: Measure
    /// Seconds of CPU cores.
    public let seconds: Measure
    /// Uses of rows for what they may not be used, of all seeds together.
    public let forbiddenUses: Int
    /// Items from each event until certified again.
    public let recoveries: [Recovery]
  }

  /// An event over all seeds.
  public struct Recovery: Sendable, Codable, Equatable {
    /// The event.
    public let kind: StreamPlan.Event.Kind
    /// Its day.
    public let day: Int
    /// Items until a side was certified again, of the seeds where one was.
    public let items: Measure
    /// People's labels until then.
    public let labels: Measure
  }

  /// The stream's name.
  public let stream: String
  /// What reviews and seconds cost.
  public let costs: SimulationCosts
  /// The seeds, ascending.
  public let seeds: [UInt64]
  /// The policies in the order in which they are defined.
  public let rows: [Row]

  /// Summarizes results.
  ///
  /// - Parameters:
  ///   - results: Of one stream.
  ///   - costs: What reviews and seconds cost.
  /// - Throws: `AssuranceError` without results, or for results of several streams.
  public init(_ results: [SimulationResult], costs: SimulationCosts = SimulationCosts()) throws {
    guard let first = results.first else { throw AssuranceError.empty(what: "results of a simulation") }
    if let row = results.firstIndex(where: { $0.stream != first.stream }) {
      throw AssuranceError.value(
        what: "the stream of a result", row: row, expected: first.stream, got: results[row].stream,
        fix: "Summarize each stream on its own.")
    }
    stream = first.stream
    self.costs = costs
    seeds = Set(results.map(\.seed)).sorted()
    rows = SimulationPolicy.allCases.compactMap { policy in
      let own = results.filter { $0.policy == policy }.sorted { $0.seed < $1.seed }
      return own.isEmpty ? nil : Row(policy, own, costs)
    }
  }
}

extension SimulationSummary.Row {
  fileprivate init(_ policy: SimulationPolicy, _ results: [SimulationResult], _ costs: SimulationCosts) {
    typealias Measure = SimulationSummary.Measure
    self.policy = policy
    cost = Measure(
      results.map { costs.perThousand(reviews: $0.reviews, seconds: $0.seconds, items: $0.items) })
    reviews = Measure(results.map { Double($0.reviews) })
    stripped = Measure(results.map(\.stripped))
    promised = Measure(results.map(\.promised))
    precision = Measure(results.map(\.precision))
    weeksKept = Measure(results.map(\.weeksKept))
    falseStops = Measure(results.map { Double($0.falseStops) })
    backdoor = Measure(results.map(\.backdoor))
    accuracy = Measure(results.map(\.lastAccuracy))
    seconds = Measure(results.map(\.seconds))
    forbiddenUses = results.reduce(0) { $0 + $1.forbiddenUses }
    let places = results.map(\.recoveries.count).max() ?? 0
    recoveries = (0..<places).compactMap { place in
      let own = results.compactMap { $0.recoveries.indices.contains(place) ? $0.recoveries[place] : nil }
      return own.first.map {
        SimulationSummary.Recovery(
          kind: $0.kind, day: $0.day, items: Measure(own.map { $0.items.map(Double.init) }),
          labels: Measure(own.map { $0.labels.map(Double.init) }))
      }
    }
  }
}
