import ArgumentParser
import Evolution
import Files
import Foundation
import Registry

struct LoopStopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Stop the whole loop at once: the release stays as it is until two persons start it."
  )

  @Flag(help: "Every item goes to people, too.")
  var alsoReview = false

  @Option(help: "Why, for the audit.")
  var reason: String?

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let registry = try options.open()
      let state = try LoopStore(in: registry.url).stop(
        by: options.actor, reason: reason, release: registry.currentReleaseRecord()?.revision, alsoReview: alsoReview,
        at: Date())
      guard !json else { return try Console.output(RegistryText.json(state)) }
      try Console.output(
        "the loop is stopped\(state.release.map { "; release \($0) stays" } ?? "")\(state.stopsReview ? "; every item goes to people" : "")"
      )
    }
  }
}

struct LoopStartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Start the loop again after a stop. Two persons run this command.")

  @Option(help: "Why, for the audit.")
  var reason: String

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let state = try options.loop().start(by: options.actor, reason: reason, at: Date())
      guard !json else { return try Console.output(RegistryText.json(state)) }
      try Console.output(
        state.isStopped
          ? "noted; the loop is still stopped, until a second person runs the same command"
          : "the loop is running again")
    }
  }
}
