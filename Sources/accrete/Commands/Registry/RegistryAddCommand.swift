import ArgumentParser
import Decoder
import Evolution
import Files
import Foundation
import Generation
import Learning
import ModelConfiguration
import Records
import Registry
import Runs
import Streams
import TaskModels

struct RegistryAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Take the tasks of a finished run into the registry.",
    discussion: """
      Every task is scored on its test rows, checked by the same gates as one that is learned here, and released if they pass; nothing is \
      trained. Experts are kept in bfloat16. The run stays as it is; its data files must be those that it was made from.
      """)

  @Argument(help: ArgumentHelp("Folder of the run, of this version or 0.1.", valueName: "run"))
  var folder: String

  @Option(help: "Only this task. Default: all that were learned, in their order.")
  var task: String?

  @Option(help: "The name in the registry, together with --task. Default: that in the run.")
  var name: String?

  @Option(help: "Folder where the run's data files are now. Default: where they were.")
  var data: String?

  @Option(help: "How many points worse than the released version a new one may be. Default: 2.")
  var margin: Double?

  @Option(help: "yes (default) or no: whether the rows are kept in the registry, compressed.")
  var keepRows: YesOrNo?

  @OptionGroup var registry: RegistryOptions
  @OptionGroup var base: TaskBaseOptions

  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the results as JSON, one object on each line.")
  var json = false

  func validate() throws {
    if name != nil, task == nil { throw ValidationError("--name belongs to --task: a run may have several tasks.") }
  }

  func run() throws {
    let printer = LearnPrinter(progress)
    try Failure.reported(memory: LessMemory.advice(weights: base.smallerForms(in: registry, learns: true))) {
      let opened = try registry.open(.writing)
      let url = URL(fileURLWithPath: absolute(folder))
      // What is wrong with the run is told once its folder is read as a whole.
      let trained = try? RunFolder(url).readManifest().configuration.weights
      let loaded = try base.load(for: opened, usual: trained, learns: true)
      let stored = try StoredRun(url, model: loaded.model)
      if let warning = Self.warning(trained, loaded, isGiven: base.weights != nil) {
        Console.error("warning: \(warning)")
      }
      let tasks = task.map { [$0] } ?? stored.learned
      guard !tasks.isEmpty else {
        throw EvolutionError.unsupported(
          what: "\(url.path): no task of this run is learned yet",
          fix: "Finish it with `accrete resume \(shellWords([url.path]))`")
      }
      let moved = data.map { URL(fileURLWithPath: absolute($0)) }
      let adopted = AdoptedTasks(
        run: stored, base: loaded, threads: base.threadCount, actor: registry.actor, margin: (margin ?? 2) / 100,
        keepsRows: keepRows != .no)
      for task in tasks {
        let outcome = try adopted.adopt(task, as: name, data: moved, in: opened, report: printer.show)
        try LearnResult.show(outcome, json: json, pretty: false)
      }
    }
  }

  /// What is to be known where the run's base was held in other numbers than the registry's; `nil`: it was not.
  private static func warning(_ trained: WeightPrecision?, _ base: Base, isGiven: Bool) -> String? {
    func words(_ precision: WeightPrecision?) -> String? {
      precision.flatMap { $0.isRounding ? $0.rawValue : nil }
    }
    guard words(trained) != words(base.model.roundedTo) else { return nil }
    let own = "the numbers that its files have"
    return
      "the run was trained on a base held in \(words(trained) ?? own), and is scored and answers here on one held in \(words(base.model.roundedTo) ?? own), as \(isGiven ? "--weights says" : "the versions that are served need it"): answers may differ. A registry of its own, `accrete init --registry DIR`, holds it as the run did\(isGiven ? ", without --weights" : "")."
  }
}
