import Testing

@testable import Serving

/// Does the one who was served least come first, and does nobody wait for ever?
@Suite struct FairQueueTests {
  private typealias Queue = FairQueue<String>
  private let start = ContinuousClock.now
  private let ann = Queue.Line(asker: "ann", expert: "")
  private let bob = Queue.Line(asker: "bob", expert: "")

  private func line(_ name: String) -> Queue.Line { Queue.Line(asker: name, expert: "") }

  @Test func whoWasServedLeastComesFirst() {
    var queue = Queue()
    for number in 0..<3 { queue.add("a\(number)", to: ann, at: start) }
    for number in 0..<3 { queue.add("b\(number)", to: bob, at: start) }
    var order: [String] = []
    while let entry = queue.next(at: start, where: { _ in .goes }) {
      order.append(entry)
      // Ann's requests are twice as large.
      queue.count(
        read: entry.hasPrefix("a") ? 200 : 0, written: entry.hasPrefix("a") ? 0 : 50,
        of: line(entry.hasPrefix("a") ? "ann" : "bob"))
    }
    #expect(order == ["a0", "b0", "b1", "a1", "b2", "a2"])
    #expect(queue.isEmpty && queue.count == 0)
    #expect(queue.served(ann) == 600 && queue.served(bob) == 300)
  }

  @Test func whoWasIdleHasSavedNothing() {
    var queue = Queue()
    queue.add("a", to: ann, at: start)
    _ = queue.next(at: start) { _ in .goes }
    queue.count(read: 1_000, written: 0, of: ann)
    // Nobody waits: the newcomer stands where the one who went last stands.
    queue.add("b", to: bob, at: start)
    #expect(queue.served(bob) == 1_000)
    queue.count(read: 500, written: 0, of: bob)
    queue.add("c", to: line("carl"), at: start)
    #expect(queue.served(line("carl")) == 1_500)
  }

  @Test func oneThatMayNotGoKeepsItsOwnLineOnly() {
    var queue = Queue()
    for entry in ["a0", "a1"] { queue.add(entry, to: ann, at: start) }
    queue.add("b0", to: bob, at: start)
    #expect(queue.next(at: start) { $0 == "a0" ? .waits : .goes } == "b0")
    #expect(queue.next(at: start) { $0 == "a0" ? .needsRoom : .goes } == nil)
    #expect(queue.next(at: start) { _ in .goes } == "a0")
  }

  @Test func theOldGoFirstAndRoomIsKeptForThem() {
    var queue = Queue()
    let now = start + .seconds(11)
    queue.add("large", to: ann, at: start)
    queue.count(read: 9_999, written: 0, of: ann)
    queue.add("small", to: bob, at: now)
    queue.add("beside", to: line("carl"), at: now)
    func passage(_ entry: String) -> Queue.Passage {
      switch entry {
      case "large": .needsRoom
      case "small": .goes
      default: .goesBeside
      }
    }
    // While it is young, others pass.
    var young = queue
    #expect(young.next(at: start + .seconds(9), where: passage) == "small")
    #expect(queue.next(at: now, where: passage) == "beside")
    #expect(queue.next(at: now, where: passage) == nil)
    #expect(queue.next(at: now) { _ in .goes } == "large")
    #expect(queue.next(at: now, where: passage) == "small")
  }

  /// One whose expert is still loading is old, too, and holds nobody up.
  @Test func whoWaitsForAnExpertHoldsNobodyUp() {
    var queue = Queue()
    queue.add("cold", to: ann, at: start)
    queue.add("warm", to: bob, at: start + .seconds(11))
    #expect(queue.next(at: start + .seconds(12)) { $0 == "cold" ? .waits : .goes } == "warm")
  }

  @Test func backgroundTakesWhatIsLeft() {
    var queue = Queue()
    queue.add("background", to: ann, at: start, isBackground: true)
    queue.add("asked", to: bob, at: start)
    queue.count(read: 5_000, written: 0, of: bob)
    #expect(queue.next(at: start + .seconds(60)) { _ in .goes } == "asked")
    #expect(queue.next(at: start) { _ in .goes } == "background")
  }

  @Test func whoLostItsPlaceComesBeforeAll() {
    var queue = Queue()
    queue.add("new", to: ann, at: start)
    queue.putBack("back", to: bob, at: start)
    #expect(queue.next(at: start) { $0 == "back" ? .needsRoom : .goes } == nil)
    #expect(queue.remove { $0 == "back" } == ["back"])
    #expect(queue.remove { $0 == "back" }.isEmpty)
    #expect(queue.entries == ["new"] && queue.count == 1)
    #expect(queue.next(at: start) { _ in .goes } == "new")
  }
}
