import Files
import Foundation
import Testing

@testable import Evolution

/// A folder with the loop's database, and the processes that come and go over it.
final class LoopHome {
  let folder: URL
  let world: LoopWorld
  var policy = LoopPolicy()

  init(_ tasks: [String] = ["spam"], world: LoopWorld = LoopWorld()) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("loop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    self.world = world
    world.with { contents in
      contents.releases = [Digest(of: Data("first".utf8))]
      for task in tasks { contents.facts[task] = LoopFacts(sequence: 0) }
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func store() throws -> LoopStore { try LoopStore(in: folder) }

  func runner(
    _ store: LoopStore, owner: String = "one", reach: @escaping @Sendable (LoopPoint) throws -> Void = { _ in }
  ) throws -> LoopRunner {
    try LoopRunner(
      store, actions: world, policy: policy, owner: owner, clock: { [world] in world.now }, reach: reach)
  }

  /// Passes every few hours, for some days.
  ///
  /// - Returns: All moves.
  @discardableResult
  func run(
    _ store: LoopStore, days: Double, hours: Double = 6, until isOver: (LoopJob) -> Bool = { _ in false }
  ) throws -> [LoopPass.Move] {
    let runner = try runner(store)
    var moves: [LoopPass.Move] = []
    let end = world.now.addingTimeInterval(days * 86_400)
    while world.now < end {
      let pass = try runner.pass()
      moves += pass.moves
      #expect(pass.problems.isEmpty)
      if try store.jobs().contains(where: isOver) { break }
      world.advance(hours * 3600)
    }
    return moves
  }

  /// Runs until the job of `spam` is in a state.
  func reach(_ state: LoopState, _ store: LoopStore, days: Double = 40) throws {
    try run(store, days: days, hours: 2) { $0.task == "spam" && $0.state == state }
    let job = try store.job(of: "spam")
    try #require(job.state == state, "\(job.findings)")
  }
}
