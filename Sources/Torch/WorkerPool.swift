import Dispatch
import Foundation
import Synchronization

/// Threads that work beside each other, each with threads of libtorch of its own.
///
/// One operation on all cores waits at its end for the slowest core, and small ones use one core alone: pieces that need nothing of each
/// other are done sooner side by side.
public final class WorkerPool: Sendable {
  private final class Worker: Sendable {
    let job = Mutex<(@Sendable () -> Void)?>(nil)
    let isCalled = DispatchSemaphore(value: 0)
    let isDone = DispatchSemaphore(value: 0)

    func begin(_ work: (@Sendable () -> Void)?) {
      job.withLock { $0 = work }
      isCalled.signal()
    }
  }

  private let workers: [Worker]

  /// - Parameters:
  ///   - count: How many work at a time.
  ///   - threads: Of libtorch's, for each.
  /// - Throws: ``TorchError/invalidHyperparameter(name:value:allowed:)`` for less than one.
  public init(_ count: Int, threads: Int) throws {
    guard (1...1024).contains(count) else {
      throw TorchError.invalidHyperparameter(name: "workers", value: "\(count)", allowed: "1 to 1024")
    }
    let before = TorchRuntime.threads
    workers = (0..<count).map { _ in Worker() }
    let problem = Mutex<(any Error)?>(nil)
    for worker in workers {
      Thread.detachNewThread {
        do { try TorchRuntime.setThreads(threads) } catch { problem.withLock { $0 = error } }
        worker.isDone.signal()
        while true {
          worker.isCalled.wait()
          guard let work = worker.job.withLock({ $0 }) else { return }
          work()
          worker.isDone.signal()
        }
      }
      worker.isDone.wait()
    }
    // The number that a thread sets is also what new ones begin with.
    try TorchRuntime.setThreads(before)
    if let error = problem.withLock({ $0 }) { throw error }
  }

  deinit { for worker in workers { worker.begin(nil) } }

  public var count: Int { workers.count }

  /// `body(item, worker)` for each item from 0 on, worker w having the items w, w + count, w + 2 count, … in this order.
  ///
  /// - Returns: What it gave, by item.
  /// - Throws: The error of the first item that has one, after all workers are done.
  public func map<Value: Sendable>(
    _ items: Int, _ body: @escaping @Sendable (_ item: Int, _ worker: Int) throws -> Value
  ) throws -> [Value] {
    let results = Mutex<[Int: Result<Value, any Error>]>([:])
    let rehearsesDevice = Kernels.rehearsesDevice
    for (number, worker) in workers.enumerated() {
      let step = workers.count
      worker.begin {
        // Threads have no task, so they are told.
        Kernels.rehearsingDevice(rehearsesDevice) {
          for item in stride(from: number, to: items, by: step) {
            let result = Result { try body(item, number) }
            results.withLock { $0[item] = result }
          }
        }
      }
    }
    for worker in workers { worker.isDone.wait() }
    let all = results.withLock { $0 }
    return try (0..<items).compactMap { try all[$0]?.get() }
  }
}
