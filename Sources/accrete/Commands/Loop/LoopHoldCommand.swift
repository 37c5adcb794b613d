import ArgumentParser
import Evolution
import Files
import Foundation
import Registry

struct LoopHoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Let a task's job wait until a person releases it; a canary of it ends.")

  @Argument(help: ArgumentHelp("The task.", valueName: "name"), completion: .tasks)
  var task: String

  @Option(help: "Why, for the audit.")
  var reason: String?

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let job = try options.loop().hold(task, by: options.actor, reason: reason, at: Date())
      try Console.output(json ? RegistryText.json(job) : "\(task): is held")
    }
  }
}

struct LoopReleaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Let a held job go, or a candidate pass that a gate has refused.",
    discussion: """
      A held job is idle then and waits for what makes it begin; with --again it begins at once, with the rows that are there now.
      A candidate in REJECTED passes with --override and a reason, given by two persons: one who runs the loop and a lead of the reviewers. \
      `accrete loop status` shows that for ever.
      """)

  @Argument(help: ArgumentHelp("The task.", valueName: "name"), completion: .tasks)
  var task: String

  @Flag(help: "Begin again at once; also for a job that rests.")
  var again = false

  @Option(help: ArgumentHelp("Why a gate does not count this time.", valueName: "reason"))
  var override: String?

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let store = try options.loop()
      guard let override else {
        let isHeld = try store.job(of: task).state == .held
        let job =
          try isHeld || !again
          ? store.release(task, again: again, by: options.actor, at: Date())
          : store.request(task, by: options.actor, at: Date())
        return try Console.output(
          json ? RegistryText.json(job) : "\(task): \(again ? "begins with the next pass of the loop" : "is idle")")
      }
      let job = try store.override(task, by: options.actor, reason: override, at: Date())
      if json { return try Console.output(RegistryText.json(try job ?? store.job(of: task))) }
      try Console.output(
        job == nil
          ? "\(task): noted; it takes a second person, who runs the same command"
          : "\(task): goes on in spite of its gates")
    }
  }
}
