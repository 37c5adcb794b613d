import ArgumentParser
import Evolution
import Files
import Foundation
import Registry
import Serving
import Torch

struct LoopRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Move the jobs of all tasks, until a signal ends it.",
    discussion: """
      Several may run on one registry: a job is one runner's for a minute after its last sign of life. SIGINT and SIGTERM let training write \
      a checkpoint; whatever runs next goes on from there.
      """)

  @Flag(help: "Do what can be done now, and end.")
  var once = false

  @Option(help: "At most so many minutes of each training. Default: no limit.")
  var budget: Double?

  @Flag(help: "A line of JSON for each transition.")
  var json = false

  @OptionGroup var options: RegistryOptions
  @OptionGroup var base: TaskBaseOptions

  /// How long it rests between two passes: whoever stops the loop waits no longer for its children.
  private static let pause: useconds_t = 500_000

  func run() throws {
    try Failure.reported {
      let registry = try options.open(.writing)
      let store = try LoopStore(in: registry.url)
      let runner = try LoopRunner(
        store, actions: actions(registry, store), owner: "\(options.actor)/\(getpid())", clock: { Date() })
      Signals.listen()
      defer { try? store.close() }
      while true {
        try show(runner.pass())
        if once || Signals.request() != nil { break }
        usleep(Self.pause)
      }
      try runner.suspend()
    }
  }

  private func actions(_ registry: Registry, _ store: LoopStore) throws -> any LoopActions {
    let program = (Bundle.main.executableURL ?? URL(fileURLWithPath: "/proc/self/exe")).resolvingSymlinksInPath()
    try TorchRuntime.setThreads(base.threadCount)
    let folder = try EmbeddedResources.base(
      base.base ?? registry.base().path, from: base.base == nil ? registry.url : nil)
    let (device, weights) = (try Device(base.device ?? "cpu"), base.weights)
    var settings = LoopProduction.Settings(
      program: program, base: { try registry.loadBase(at: folder, on: device, precision: weights) })
    settings.minutes = budget
    settings.threads = base.threadCount
    return LoopProduction(registry, store, desk: try options.desk(registry), settings: settings)
  }

  private func show(_ pass: LoopPass) throws {
    for move in pass.moves {
      if json {
        try Console.output(String(decoding: JSONFile.lines([move]).dropLast(), as: UTF8.self))
        continue
      }
      let reason = move.reason.map { " (\($0.rawValue))" } ?? ""
      try Console.output("\(move.task): \(move.from.title) → \(move.to.title)\(reason)")
    }
    for problem in pass.problems { Console.error("\(problem.task): \(problem.error) It is tried again.") }
  }
}
