import ArgumentParser
import Evolution
import Foundation
import Registry
import Review

struct LoopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loop", abstract: "Let tasks learn from what people decide: look after the loop, or stop it.",
    discussion: """
      accrete loop status
      accrete loop run
      accrete loop hold spam --reason 'looks odd'
      accrete loop release spam --again
      accrete loop stop --reason 'wrong answers'

      The states, and what makes a job go from one to the next, are in docs/loop.md.
      """,
    subcommands: [
      LoopStatusCommand.self, LoopRunCommand.self, LoopHoldCommand.self, LoopReleaseCommand.self, LoopStopCommand.self,
      LoopStartCommand.self,
    ])
}

extension RegistryOptions {
  /// Content review of the registry, as the loop sees it.
  ///
  /// - Parameter registry: The registry.
  /// - Throws: `EvolutionError.unsupported(what:fix:)` where no task is reviewed, an error of the desk.
  func desk(_ registry: Registry) throws -> any LoopDesk {
    let desk = try ReviewDesk.open(in: registry.url, clock: { Date() })
    guard try !desk.policies().isEmpty else {
      throw EvolutionError.unsupported(
        what: "\(registry.url.path): no task of this registry is reviewed, so that there is nothing to learn from",
        fix: "A task gets its policy by `ReviewDesk.setPolicy` of the library Review; no command does that yet.")
    }
    return desk
  }

  /// The loop of the registry.
  /// - Throws: `RegistryError` where there is no registry that it could be of, an error of the loop's database.
  func loop() throws -> LoopStore { try LoopStore(in: open().url) }
}
