import Files

extension StreamPlan {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, days, items, tasks, prevalence, sources, people, delay, events
  }

  /// Keys of a file; any other is a mistake.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

  /// Reads a plan; what a file leaves out is as usual.
  ///
  /// - Parameter decoder: Where it is read from.
  /// - Throws: `DecodingError`; ``EvolutionError/stream(file:key:expected:got:fix:)`` for a key that it does not have.
  public init(from decoder: any Decoder) throws {
    try decoder.requireKeys(CodingKeys.self, of: "the stream")
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
  /// - Throws: `DecodingError`; ``EvolutionError/stream(file:key:expected:got:fix:)`` for a key that it does not have.
  public init(from decoder: any Decoder) throws {
    try decoder.requireKeys(CodingKeys.self, of: "a task")
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
  /// - Throws: `DecodingError`; ``EvolutionError/stream(file:key:expected:got:fix:)`` for a key that it does not have.
  public init(from decoder: any Decoder) throws {
    self.init()
    try decoder.requireKeys(CodingKeys.self, of: "people")
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
  /// - Throws: `DecodingError`; ``EvolutionError/stream(file:key:expected:got:fix:)`` for a key that it does not have.
  public init(from decoder: any Decoder) throws {
    self.init()
    try decoder.requireKeys(CodingKeys.self, of: "delay")
    let container = try decoder.container(keyedBy: CodingKeys.self)
    medianHours = try container.decodeIfPresent(Double.self, forKey: .medianHours) ?? medianHours
    never = try container.decodeIfPresent(Double.self, forKey: .never) ?? never
  }
}

extension StreamPlan.Event {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case kind, day, until, task, share, rows, words, label
  }

  /// Reads an event; which keys it needs depends on its kind.
  ///
  /// - Parameter decoder: Where it is read from.
  /// - Throws: `DecodingError`; ``EvolutionError/stream(file:key:expected:got:fix:)`` for a key that no event has.
  public init(from decoder: any Decoder) throws {
    try decoder.requireKeys(CodingKeys.self, of: "an event")
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try container.decode(Kind.self, forKey: .kind), day: try container.decode(Int.self, forKey: .day),
      until: try container.decodeIfPresent(Int.self, forKey: .until),
      task: try container.decodeIfPresent(String.self, forKey: .task),
      share: try container.decodeIfPresent(Double.self, forKey: .share),
      rows: try container.decodeIfPresent(Int.self, forKey: .rows),
      words: try container.decodeIfPresent(String.self, forKey: .words),
      label: try container.decodeIfPresent(String.self, forKey: .label))
  }
}

extension Decoder {
  /// Refuses keys that a form does not have: a misspelt one would otherwise do nothing in silence.
  fileprivate func requireKeys<Key: CodingKey & CaseIterable>(_ type: Key.Type, of what: String) throws {
    let known = Key.allCases.map(\.stringValue)
    for key in try container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
      throw EvolutionError.stream(
        file: "the plan", key: what, expected: known.listed(closestTo: key.stringValue),
        got: "the key \(key.stringValue.debugDescription)", fix: "Correct the key, or leave it out.")
    }
  }
}

/// Any key of a file.
private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
