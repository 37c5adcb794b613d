import ArgumentParser
import Evolution
import Foundation
import Registry

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
  /// The loop of the registry.
  /// - Throws: `RegistryError` where there is no registry that it could be of, an error of the loop's database.
  func loop() throws -> LoopStore { try LoopStore(in: open().url) }
}
