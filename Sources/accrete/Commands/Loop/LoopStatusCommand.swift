import ArgumentParser
import Evolution
import Files
import Foundation
import Registry

struct LoopStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show where each task's job stands, since when and why.")

  @Argument(
    help: ArgumentHelp("Only this task, with all that its job rests on.", valueName: "name"), completion: .tasks)
  var task: String?

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  private struct Status: Encodable {
    let loop: LoopSwitch
    let jobs: [LoopJob]
    let overrides: [LoopOverride]
  }

  func run() throws {
    try Failure.reported {
      let folder = try options.open().url
      guard LoopStore.exists(in: folder) else {
        if let task { throw LoopError.unknownTask(got: task, known: []) }
        let none = Status(loop: .untouched(), jobs: [], overrides: [])
        return try Console.output(
          json
            ? RegistryText.json(none)
            : "there is no job yet; `accrete loop run` makes one of each task that has a review policy")
      }
      let store = try LoopStore(in: folder)
      let jobs = try task.map { [try store.job(of: $0)] } ?? store.jobs()
      let status = Status(loop: try store.switchState(), jobs: jobs, overrides: try store.overrides(of: task))
      guard !json else { return try Console.output(try RegistryText.json(status)) }
      for line in Self.lines(status.loop) { try Console.output(line) }
      try Console.output(
        RegistryText.table([["task", "state", "since", "rests until", "why"]] + jobs.map(Self.row)))
      for override in status.overrides {
        try Console.output(
          "override: \(override.task), \(RegistryText.time(override.at)), by \(override.operatedBy) and \(override.leadBy): \(override.reason)"
        )
      }
    }
  }

  private static func lines(_ loop: LoopSwitch) -> [String] {
    guard loop.isStopped else { return [] }
    let review = loop.stopsReview ? "; every item goes to people" : ""
    let who = "\(loop.by ?? "somebody")\(loop.at.map { " at \(RegistryText.time($0))" } ?? "")"
    return [
      "stopped by \(who)\(loop.reason.map { ": \($0)" } ?? "")\(loop.release.map { "; release \($0) stays" } ?? "")\(review)"
    ] + (loop.startAskedBy.map { ["\($0) has asked to start it; it takes a second person"] } ?? [])
  }

  private static func row(_ job: LoopJob) -> [String] {
    let why = [job.findings.reason?.rawValue, job.findings.note].compactMap(\.self).joined(separator: ": ")
    return [
      job.task, job.state.title + (job.attempt > 1 ? " (attempt \(job.attempt))" : ""), RegistryText.time(job.since),
      job.until.map(RegistryText.time) ?? "", why.isEmpty ? job.inputs.trigger.map { "for \($0.title)" } ?? "" : why,
    ]
  }
}
