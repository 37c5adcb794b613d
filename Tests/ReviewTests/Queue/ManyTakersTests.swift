import Foundation
import Synchronization
import Testing

@testable import Review

@Suite struct ManyTakersTests {
  /// What all takers got.
  private final class Taken: Sendable {
    private let ids = Mutex<[String]>([])
    var all: [String] { ids.withLock { $0 } }
    func add(_ id: String) { ids.withLock { $0.append(id) } }
  }

  /// Each taker has the file open for itself, as another process would. A third of the items is left as a process leaves them that is killed.
  @Test func sixteenTakersLeaseNothingTwiceAndLoseNothing() async throws {
    let queue = try QueueDesk()
    let ids = (0..<160).map { "item \($0)" }
    try queue.submit(ids)
    let taken = Taken()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<16 {
        group.addTask {
          let clock = queue.clock
          let desk = try ReviewDesk.open(in: queue.folder, clock: { clock.now })
          let reviewer = Reviewer("reviewer \(number)")
          for round in 0..<9 {
            guard let item = try desk.take(reviewer) else { break }
            taken.add(item.id)
            if round % 3 != 2 { try desk.vote(ReviewAnswer(.label("ok")), on: item.id, by: reviewer) }
          }
          try desk.close()
        }
      }
      try await group.waitForAll()
    }
    let first = taken.all
    #expect(first.count == 144)
    #expect(Set(first).count == 144, "leased twice")
    #expect(try queue.count("SELECT count(*) FROM item WHERE state = 'decided'") == 96)
    queue.clock.turn(by: 301)
    var rest: Set<String> = []
    while let item = try queue.desk.take(QueueDesk.ann) {
      rest.insert(item.id)
      try queue.desk.vote(ReviewAnswer(.label("ok")), on: item.id, by: QueueDesk.ann)
    }
    #expect(rest.count == 64)
    queue.passUndo()
    try queue.desk.settle()
    #expect(try queue.count("SELECT count(*) FROM item WHERE state = 'final'") == 160)
    #expect(try queue.count("SELECT max(place) FROM item") == 160)
  }
}
