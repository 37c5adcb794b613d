/// Byte strings with numbers, as a tree in which common beginnings are one: its nodes lie in the order of a walk that goes down first, so
/// that a walk reads memory straight on, and skips what lies under a dead node in one step.
struct ByteTrie: Sendable {
  /// The byte that leads to each node; the root has none and is no node.
  private(set) var bytes: [UInt8] = []
  /// How many bytes lead to each node, its own included.
  private(set) var depths: [UInt16] = []
  /// The node behind all that lie under each.
  private(set) var ends: [Int32] = []
  /// Where the numbers of each node begin in ``order``; they end where the next node's begin.
  private(set) var starts: [Int32] = []
  /// The numbers of all strings, in the order of the nodes.
  private(set) var order: [Int32] = []

  /// Longer strings are left out: a walk keeps a state for each byte.
  static let longest = 1024

  /// - Parameter strings: By number; `nil` and empty ones are in no node.
  init(_ strings: [[UInt8]?]) {
    let sorted = Self.sorted(strings)
    order.reserveCapacity(sorted.count)
    /// The nodes that lead to the string before, root first.
    var path: [Int] = []
    var before: [UInt8] = []
    for number in sorted {
      guard let string = strings[Int(number)] else { continue }
      var common = 0
      while common < before.count, common < string.count, before[common] == string[common] { common += 1 }
      for node in path[common...] { ends[node] = Int32(clamping: bytes.count) }
      path.removeLast(path.count - common)
      for (index, byte) in string[common...].enumerated() {
        path.append(bytes.count)
        bytes.append(byte)
        depths.append(UInt16(clamping: common + index + 1))
        ends.append(0)
        starts.append(Int32(clamping: order.count))
      }
      order.append(number)
      before = string
    }
    for node in path { ends[node] = Int32(clamping: bytes.count) }
    starts.append(Int32(clamping: order.count))
  }

  private struct Key {
    /// The first eight bytes, which decide nearly always.
    let head: UInt64
    let number: Int32
  }

  /// The numbers of the strings, in the order of their bytes; of equal ones the lower number first.
  private static func sorted(_ strings: [[UInt8]?]) -> [Int32] {
    var keys: [Key] = []
    keys.reserveCapacity(strings.count)
    for (number, string) in strings.enumerated() {
      guard let string, !string.isEmpty, string.count <= longest else { continue }
      var head: UInt64 = 0
      for index in 0..<8 { head = head << 8 | (index < string.count ? UInt64(string[index]) : 0) }
      keys.append(Key(head: head, number: Int32(clamping: number)))
    }
    keys.sort { one, other in
      if one.head != other.head { return one.head < other.head }
      let (first, second) = (strings[Int(one.number)] ?? [], strings[Int(other.number)] ?? [])
      return first == second ? one.number < other.number : first.lexicographicallyPrecedes(second)
    }
    return keys.map(\.number)
  }

  var isEmpty: Bool { order.isEmpty }

  /// All nodes.
  var all: Range<Int> { bytes.indices }

  /// The nodes under one.
  func below(_ node: Int) -> Range<Int> { node + 1..<Int(ends[node]) }

  /// The numbers of the strings that end at a node.
  func numbers(at node: Int) -> ArraySlice<Int32> { order[Int(starts[node])..<Int(starts[node + 1])] }

  /// The node that a string leads to.
  func node(of string: some Collection<UInt8>) -> Int? {
    var (nodes, found): (Range<Int>, Int?) = (all, nil)
    for byte in string {
      guard let next = child(byte, among: nodes) else { return nil }
      (nodes, found) = (below(next), next)
    }
    return found
  }

  /// Whether a string begins with one of these.
  func hasBeginning(of string: some Collection<UInt8>) -> Bool {
    var nodes = all
    for byte in string {
      guard let next = child(byte, among: nodes) else { return false }
      if !numbers(at: next).isEmpty { return true }
      nodes = below(next)
    }
    return false
  }

  private func child(_ byte: UInt8, among nodes: Range<Int>) -> Int? {
    var node = nodes.lowerBound
    while node < nodes.upperBound {
      if bytes[node] == byte { return node }
      node = Int(ends[node])
    }
    return nil
  }

  /// Goes through the nodes that a state leads to, parents first.
  ///
  /// - Parameters:
  ///   - nodes: All nodes, or those under one.
  ///   - state: Where the walk stands before the first byte.
  ///   - step: The state behind a byte, at the node that the byte leads to; `nil`: the node and all under it are left out.
  ///   - visit: Gets the numbers of each node that is not left out.
  func walk<State>(
    _ nodes: Range<Int>, from state: State, step: (State, UInt8, Int) -> State?, visit: (ArraySlice<Int32>) -> Void
  ) {
    guard let first = nodes.first else { return }
    let base = Int(depths[first]) - 1
    /// The states behind the bytes that lead to the node, the one before them first.
    var states = [state]
    var node = first
    while node < nodes.upperBound {
      let depth = Int(depths[node]) - base
      guard let next = step(states[depth - 1], bytes[node], node) else {
        node = Int(ends[node])
        continue
      }
      if states.count > depth { states[depth] = next } else { states.append(next) }
      let found = numbers(at: node)
      if !found.isEmpty { visit(found) }
      node += 1
    }
  }
}
