import ArgumentParser

struct ReviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Decide content automatically where that is certified, and by people where it is not.",
    subcommands: [ReviewPlanCommand.self])
}
