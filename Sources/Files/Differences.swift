/// Where two values of one kind differ, key by key of their JSON.
public enum Differences {
  /// One key and what it has on both sides; `nothing` where it is missing.
  public struct Difference: Equatable, Sendable {
    public let key: String
    public let first: String
    public let second: String
  }

  public static func between<Value: Encodable & Equatable>(_ recorded: Value, _ now: Value) throws -> [String] {
    try list(recorded, now).map { "\($0.key) was \($0.first), is \($0.second)" }
  }

  /// Sorted by key; not empty if the values differ.
  public static func list<Value: Encodable & Equatable>(_ first: Value, _ second: Value) throws -> [Difference] {
    guard first != second else { return [] }
    let (one, other) = (try leaves(first), try leaves(second))
    let result = Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted().map {
      Difference(key: $0, first: one[$0] ?? "nothing", second: other[$0] ?? "nothing")
    }
    // Numbers that JSON rounds to the same.
    return result.isEmpty ? [Difference(key: "a number", first: "one", second: "another")] : result
  }

  /// All differences as one, for a message that puts the key into backticks: `a`, `b`. `nil`: there is none.
  ///
  /// Some values follow from others, so that the first key alone may not be the one that somebody changed.
  public static func together<Value: Encodable & Equatable>(_ first: Value, _ second: Value) throws -> Difference? {
    let all = try list(first, second).prefix(6)
    guard !all.isEmpty else { return nil }
    return Difference(
      key: all.map(\.key).joined(separator: "`, `"), first: all.map(\.first).joined(separator: ", "),
      second: all.map(\.second).joined(separator: ", "))
  }

  private static func leaves(_ value: some Encodable) throws -> [String: String] {
    var result: [String: String] = [:]
    func add(_ value: JSONTree, _ key: String) {
      switch value {
      case .object(let members):
        for member in members { add(member.value, key.isEmpty ? member.key : "\(key).\(member.key)") }
      case .list(let values):
        if values.isEmpty { result[key] = "[]" }
        for (number, member) in values.enumerated() { add(member, "\(key)[\(number)]") }
      case .text(let text): result[key] = String(decoding: text, as: UTF8.self)
      default: result[key] = value.description
      }
    }
    add(try JSONFile.decode(JSONTree.self, from: JSONFile.encode(value), path: "comparison"), "")
    return result
  }
}
