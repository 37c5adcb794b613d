/// Room for those who wait, as long as somebody looks who of them may go.
///
/// Blocks are taken when they are written, so what was promised to those who run has to be left for them: otherwise all who wait are let in
/// for the same few blocks, and throw each other out.
struct EngineRoom {
  /// Sequences that may join.
  private(set) var places: Int
  /// Blocks that nobody has, less those that are promised.
  private var free: Int
  /// Blocks that the prefix cache would let go; `nil`: not counted yet, as that takes a while.
  private var evictable: Int?
  /// Whether nobody runs: then the first one goes, whatever it takes.
  private var isEmpty: Bool
  /// Whether what was promised is kept.
  private let reserves: Bool

  init(places: Int, free: Int, isEmpty: Bool, reserves: Bool = true) {
    (self.places, self.free, self.isEmpty, self.reserves) = (places, free, isEmpty, reserves)
  }

  /// Whether so many sequences with so many blocks may join.
  mutating func has(_ sequences: Int, blocks: Int, evictable count: () -> Int) -> Bool {
    guard sequences <= places else { return false }
    if isEmpty || blocks <= free { return true }
    if evictable == nil { evictable = count() }
    return blocks <= free + (evictable ?? 0)
  }

  /// They have joined.
  mutating func take(_ sequences: Int, blocks: Int) {
    places -= sequences
    if reserves { free -= blocks }
    isEmpty = false
  }
}
