import Decoder
import Files
import Generation
import ServingFixtures
import Testing
import Torch

@testable import Serving

/// An engine without a thread of its own, whose every step a test decides, and what it was asked.
final class EngineWorld {
  /// A request, and what may become of it.
  struct Asked {
    let number: Int
    let template: Int
    let expert: Digest?
    let stream: AsyncStream<EngineEvent>
    let hasDeadline: Bool
    var isCancelled = false
  }

  /// What `load` was called with and has not ended yet.
  private final class Reads { var versions: [Digest] = [] }

  let loop: EngineLoop
  private let inbox = EngineInbox()
  private let reads = Reads()
  private let experts: [Digest: LoadedExpert]
  private(set) var asked: [Asked] = []
  /// Versions that could not answer for a while.
  private(set) var disturbed: Set<Digest> = []
  /// How often each question to the table of experts was answered.
  private(set) var answers: [Int] = []

  init(_ home: ServingHome, _ options: EngineOptions, experts: [Digest: LoadedExpert]) {
    self.experts = experts
    let reads = reads
    loop = EngineLoop(
      home.base, options, KeyValueMemory(home.base.model.configuration, bytes: options.kvBytes), inbox: inbox,
      shared: EngineShared(), load: { reads.versions.append($0) })
  }

  func submit(_ request: EngineRequest, template: Int) throws {
    let (stream, continuation) = AsyncStream.makeStream(of: EngineEvent.self)
    let number = try inbox.submit(tokens: 1, places: 64, most: 10_000, rate: 0, patience: 30) { number in
      EngineWork(
        number: number, kind: .text(request, continuation), asker: request.asker, deadline: request.deadline, tokens: 1,
        isBackground: request.isBackground)
    }
    asked.append(
      Asked(
        number: number, template: template, expert: request.expert, stream: stream,
        hasDeadline: request.deadline != nil))
  }

  func cancel(_ index: Int) {
    asked[index].isCancelled = true
    inbox.send(.cancel(asked[index].number))
  }

  func load(_ version: Digest) {
    let told = told()
    inbox.send(.want(version, told))
  }

  func unload(_ version: Digest, force: Bool) {
    disturbed.insert(version)
    let told = told()
    inbox.send(.unload(version, force: force, told))
  }

  func pin(_ version: Digest, _ isPinned: Bool) { inbox.send(.pin(version, isPinned)) }

  /// Counts how often somebody is told.
  private func told() -> @Sendable (EngineFailure?) -> Void {
    let counter = Counter(self, answers.count)
    answers.append(0)
    return { _ in counter.note() }
  }

  /// The world is used by one thread, which is also that of its engine.
  private struct Counter: @unchecked Sendable {
    private let world: EngineWorld
    private let index: Int
    init(_ world: EngineWorld, _ index: Int) { (self.world, self.index) = (world, index) }
    func note() { world.answers[index] += 1 }
  }

  /// Ends the reading of a version, whichever was begun as that one.
  func endRead(_ choice: Int, fails: Bool = false) {
    guard !reads.versions.isEmpty else { return }
    let version = reads.versions.remove(at: choice % reads.versions.count)
    let result: Result<LoadedExpert, EngineFailure>
    if let expert = experts[version], !fails {
      result = .success(expert)
    } else {
      disturbed.insert(version)
      result = .failure(.expertFailed(version: version, reason: "the disk is gone"))
    }
    inbox.send(.loaded(version, result))
  }

  /// Works until nobody waits or runs.
  func settle() {
    var turns = 0
    repeat {
      while !reads.versions.isEmpty { endRead(0) }
      loop.turn()
      turns += 1
    } while !(loop.running.isEmpty && loop.queue.isEmpty && reads.versions.isEmpty) && turns < 5_000
    #expect(turns < 5_000, "requests wait for ever")
  }

  /// What is still held although nobody is there.
  func requireNothingHeld() {
    #expect(loop.jobs.isEmpty && loop.running.isEmpty && loop.session.isEmpty && loop.queue.isEmpty)
    #expect(inbox.waiting == 0)
    #expect(loop.experts.statistics.allSatisfy { $0.references == 0 && $0.state != .draining })
    #expect(loop.pool.used == loop.cache.count)
    loop.cache.removeAll()
    #expect(loop.pool.used == 0)
    inbox.close()
    inbox.send(.stop(cancelling: false))
    loop.turn()
    #expect(loop.isDone)
    loop.end()
    #expect(answers.allSatisfy { $0 == 1 })
  }
}
