import Synchronization
import Testing

@testable import Torch

/// Do workers do all items, in their order, with threads of their own?
@Suite struct WorkerPoolTests {
  @Test func everyItemOnce() throws {
    try TorchRuntime.setThreads(1)
    let pool = try WorkerPool(3, threads: 2)
    #expect(pool.count == 3 && TorchRuntime.threads == 1)
    let order = Mutex<[Int: [Int]]>([:])
    let results = try pool.map(8) { item, worker in
      order.withLock { $0[worker, default: []].append(item) }
      return (item * item, TorchRuntime.threads)
    }
    #expect(results.map(\.0) == (0..<8).map { $0 * $0 })
    #expect(results.allSatisfy { $0.1 == 2 })
    #expect(order.withLock { $0 } == [0: [0, 3, 6], 1: [1, 4, 7], 2: [2, 5]])
    // Again, with fewer items than workers, and with none.
    #expect(try pool.map(2) { item, _ in item } == [0, 1])
    #expect(try pool.map(0) { item, _ in item }.isEmpty)
  }

  @Test func errors() throws {
    let pool = try WorkerPool(2, threads: 1)
    let done = Atomic<Int>(0)
    #expect {
      try pool.map(6) { item, _ in
        if item == 3 || item == 4 { throw TorchError.missingGradient("item \(item)") }
        done.wrappingAdd(1, ordering: .relaxed)
      }
    } throws: {
      "\($0)".contains("item 3")
    }
    #expect(done.load(ordering: .relaxed) == 4)
    #expect(try pool.map(2) { item, _ in item } == [0, 1])
    #expect(throws: TorchError.self) { try WorkerPool(0, threads: 1) }
    #expect(throws: TorchError.self) { try WorkerPool(2, threads: 0) }
  }
}
