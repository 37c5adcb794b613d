extension StreamPlan {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, days, items, tasks, prevalence, sources, people, delay, events
  }

  /// Keys of each mapping of a file; any other is a mistake. Lists are named by what is in them.
  static let keys: [String: [String]] = [
    "": CodingKeys.allCases.map(\.rawValue), "tasks": Task.CodingKeys.allCases.map(\.rawValue),
    "people": People.CodingKeys.allCases.map(\.rawValue), "delay": Delay.CodingKeys.allCases.map(\.rawValue),
    "events": Event.CodingKeys.allCases.map(\.rawValue),
  ]

  /// Reads a plan; what a file leaves out is as usual.
  ///
  /// - Parameter decoder: Where it is read from.
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name), days: try container.decode(Int.self, forKey: .days),
      items: try container.decode(Int.self, forKey: .items), tasks: try container.decode([Task].self, forKey: .tasks),
      prevalence: try container.decodeIfPresent(Double.self, forKey: .prevalence),
      sources: try container.decodeIfPresent(Int.self, forKey: .sources) ?? 400,
      people: try container.decodeIfPresent(People.self, forKey: .people) ?? People(),
      delay: try container.decodeIfPresent(Delay.self, forKey: .delay) ?? Delay(),
      events: try container.decodeIfPresent([Event].self, forKey: .events) ?? [])
  }
}

extension StreamPlan.Task {
  enum CodingKeys: String, CodingKey, CaseIterable { case name, rows, labels, violation, weight }

  /// Reads a task; its weight is 1 if it is left out.
  ///
  /// - Parameter decoder: Where it is read from.
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name), rows: try container.decode([String].self, forKey: .rows),
      labels: try container.decode([String].self, forKey: .labels),
      violation: try container.decodeIfPresent(String.self, forKey: .violation),
      weight: try container.decodeIfPresent(Double.self, forKey: .weight) ?? 1)
  }
}

extension StreamPlan.People {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case count, error, careless, carelessError, itemsPerDay
  }

  /// Reads people; what a file leaves out is as usual.
  ///
  /// - Parameter decoder: Where they are read from.
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: CodingKeys.self)
    count = try container.decodeIfPresent(Int.self, forKey: .count) ?? count
    error = try container.decodeIfPresent(Double.self, forKey: .error) ?? error
    careless = try container.decodeIfPresent(Int.self, forKey: .careless) ?? careless
    carelessError = try container.decodeIfPresent(Double.self, forKey: .carelessError) ?? carelessError
    itemsPerDay = try container.decodeIfPresent(Int.self, forKey: .itemsPerDay) ?? itemsPerDay
  }
}

extension StreamPlan.Delay {
  enum CodingKeys: String, CodingKey, CaseIterable { case medianHours, never }

  /// Reads a delay; what a file leaves out is as usual.
  ///
  /// - Parameter decoder: Where it is read from.
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: CodingKeys.self)
    medianHours = try container.decodeIfPresent(Double.self, forKey: .medianHours) ?? medianHours
    never = try container.decodeIfPresent(Double.self, forKey: .never) ?? never
  }
}

extension StreamPlan.Event {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case kind, day, until, task, share, rows, words, label
  }
}
