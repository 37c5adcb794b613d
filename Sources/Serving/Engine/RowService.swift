/// How much each asker's rows were served while they had any: who comes new is where the least served one is, so that nobody saves up.
struct RowService {
  private var tokens: [String: Double] = [:]

  func served(_ asker: String) -> Double { tokens[asker] ?? 0 }

  /// An asker has rows.
  mutating func begin(_ asker: String) {
    guard tokens[asker] == nil else { return }
    tokens[asker] = tokens.values.min() ?? 0
  }

  mutating func count(_ tokens: Int, for asker: String) { self.tokens[asker, default: 0] += Double(tokens) }

  /// Forgets all others.
  mutating func keep(_ askers: Set<String>) { tokens = tokens.filter { askers.contains($0.key) } }
}
