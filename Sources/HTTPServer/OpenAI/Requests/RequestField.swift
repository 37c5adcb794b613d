/// A field of a request, and what becomes of it.
public struct RequestField: Sendable, Equatable {
  /// What becomes of a field.
  public enum Effect: String, Sendable, CaseIterable {
    /// It does what it says.
    case works
    /// Its value is checked, and has no effect by nature.
    case none
    /// It is refused by its name.
    case refused
  }

  public let name: String
  public let effect: Effect
  /// What a value has to be; of a refused field why it is, and what to do instead.
  public let rule: String

  static func works(_ name: String, _ rule: String) -> RequestField {
    RequestField(name: name, effect: .works, rule: rule)
  }

  static func none(_ name: String, _ rule: String) -> RequestField {
    RequestField(name: name, effect: .none, rule: rule)
  }

  static func refused(_ name: String, _ rule: String) -> RequestField {
    RequestField(name: name, effect: .refused, rule: rule)
  }
}

/// What becomes of a field that no table has.
public enum UnknownFields: String, Sendable, CaseIterable {
  /// The request is refused.
  case refuse
  /// The field is ignored, and the answer's `accrete.ignored` lists it.
  case report
}

/// Names of what was ignored, for `accrete.ignored`. It is bounded: the answer to a request of a thousand unknown fields is no longer than others.
public struct IgnoredFields: Sendable {
  private static let most = 32
  private var names: [String] = []
  private var count = 0

  /// Without any.
  public init() {}

  /// Takes another.
  public mutating func add(_ name: String) {
    count += 1
    if names.count < Self.most { names.append(SafeText.beginning(name)) }
  }

  /// In the order of the request; the last one says how many more there are.
  public var list: [String] { count > names.count ? names + ["… and \(count - names.count) more"] : names }
}
