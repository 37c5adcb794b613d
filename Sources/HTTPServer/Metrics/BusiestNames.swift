/// Which names are used most, so that these have series of their own and all others share one.
///
/// The first names that come have a place each. Later ones are counted, and one of them takes the place of the least used as soon as it is
/// clearly used more. What was long ago counts less.
struct BusiestNames<Name: Hashable & Sendable>: Sendable {
  /// What follows from a use.
  struct Use: Sendable, Equatable {
    /// Whether the name has a place.
    var hasPlace: Bool
    /// Who had it before.
    var replaced: Name?
  }

  /// How many places there are.
  let places: Int
  private var placed: [Name: Int] = [:]
  private var others: [Name: Int] = [:]
  /// No name that has a place was used less.
  private var least = 0
  private var uses = 0

  /// How many of the others are counted at most.
  private static var longest: Int { 4_096 }
  /// After so many uses, all counts become half of what they are.
  private static var halving: Int { 100_000 }

  init(places: Int) { self.places = places }

  /// Whether a name has a place.
  func hasPlace(_ name: Name) -> Bool { placed[name] != nil }

  /// Counts a use of a name.
  mutating func use(_ name: Name) -> Use {
    age()
    if let count = placed[name] {
      placed[name] = count + 1
      return Use(hasPlace: true)
    }
    if placed.count < places {
      placed[name] = 1
      least = 0
      return Use(hasPlace: true)
    }
    let count = others[name, default: 0] + 1
    others[name] = count
    if Self.isClearlyMore(count, than: least), let last = placed.min(by: { $0.value < $1.value }) {
      least = last.value
      if Self.isClearlyMore(count, than: last.value) {
        placed[last.key] = nil
        others[last.key] = last.value
        others[name] = nil
        placed[name] = count
        return Use(hasPlace: true, replaced: last.key)
      }
    }
    forgetLeastUsed()
    return Use(hasPlace: false)
  }

  // Two names that are used alike must not take each other's place all the time: every change begins a series anew.
  private static func isClearlyMore(_ count: Int, than other: Int) -> Bool { count > other + other / 4 + 8 }

  private mutating func age() {
    uses += 1
    guard uses >= Self.halving else { return }
    uses = 0
    placed = placed.mapValues { $0 / 2 }
    others = others.compactMapValues { $0 > 1 ? $0 / 2 : nil }
    least /= 2
  }

  private mutating func forgetLeastUsed() {
    guard others.count > Self.longest else { return }
    let kept = others.sorted { $0.value > $1.value }.prefix(Self.longest / 2)
    others = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
  }
}
