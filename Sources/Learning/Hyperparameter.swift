import Files
public import Records

/// What a method can be given: `--option NAME=VALUE`, or a key under `options` in a run's YAML file.
public struct Hyperparameter: Sendable, Equatable {
  /// What its value may be.
  public enum Kind: Sendable, Equatable {
    case number(ClosedRange<Double>)
    case whole(ClosedRange<Int>)
    /// `true` or `false`; 1 and 0 mean the same.
    case flag
    /// One of some words.
    case choice([String])
  }

  public let name: String
  public let kind: Kind
  /// Its value when none is given.
  public let initial: HyperparameterValue
  /// What it does, and where its value comes from.
  public let explanation: String

  /// A real number. A range from `.leastNonzeroMagnitude` is one above 0.
  public init(_ name: String, _ initial: Double, in range: ClosedRange<Double>, _ explanation: String) {
    (self.name, kind, self.initial, self.explanation) = (name, .number(range), .number(initial), explanation)
  }

  /// A whole number.
  public init(_ name: String, whole initial: Int, in range: ClosedRange<Int>, _ explanation: String) {
    (self.name, kind, self.initial, self.explanation) = (name, .whole(range), .number(Double(initial)), explanation)
  }

  /// What is on or off.
  public init(_ name: String, flag initial: Bool, _ explanation: String) {
    (self.name, kind, self.initial, self.explanation) = (name, .flag, .flag(initial), explanation)
  }

  /// One of several words: the raw values of `Choice`.
  public init<Choice: CaseIterable & RawRepresentable<String>>(
    _ name: String, choice initial: Choice, _ explanation: String
  ) {
    (self.name, self.initial, self.explanation) = (name, .choice(initial.rawValue), explanation)
    kind = .choice(Choice.allCases.map(\.rawValue))
  }

  /// What may be given, as a message says it.
  var allowed: String { allowed(closestTo: "") }

  private func allowed(closestTo text: String) -> String {
    switch kind {
    case .number(let range) where range.lowerBound == .leastNonzeroMagnitude:
      "a number above 0, at most \(range.upperBound)"
    case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .flag: "true or false"
    case .choice(let words): words.listed(closestTo: text)
    }
  }

  /// - Throws: ``LearningError/invalidOption(name:got:allowed:)``.
  func check(_ value: HyperparameterValue, of method: String) throws {
    let isAllowed =
      switch (kind, value) {
      case (.number(let range), .number(let number)): range.contains(number)
      case (.whole(let range), .number(let number)): Int(exactly: number).map(range.contains) ?? false
      case (.flag, .flag), (.flag, .number(0)), (.flag, .number(1)): true
      case (.choice(let words), .choice(let word)): words.contains(word)
      default: false
      }
    guard isAllowed else {
      throw LearningError.invalidOption(
        name: "option `\(name)` of \(method)", got: "\(value)", allowed: allowed(closestTo: "\(value)"))
    }
  }

  // MARK: Values that were checked

  /// The number that it has among `options`, which ``check(_:of:)`` has seen; of a flag 1 or 0.
  func number(in options: [String: HyperparameterValue]) -> Double {
    switch options[name] ?? initial {
    case .number(let value): value
    case .flag(let isOn): isOn ? 1 : 0
    case .choice: .nan
    }
  }

  /// The word that it has among `options`.
  /// - Throws: ``LearningError/invalidOption(name:got:allowed:)`` for another word, as of options that nobody has checked.
  func choice<Choice: RawRepresentable<String>>(in options: [String: HyperparameterValue]) throws -> Choice {
    let word = (options[name] ?? initial).description
    guard let choice = Choice(rawValue: word) else {
      throw LearningError.invalidOption(name: "option `\(name)`", got: word, allowed: allowed(closestTo: word))
    }
    return choice
  }
}
