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
import Reports
import Runs
import Serving
import Streams
import TaskModels

struct LearnCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn",
    abstract: "Teach the registry a task, or a better version of one. What was learned before stays, to the byte.",
    discussion: """
      FILE is JSONL, a JSON array, CSV or TSV with the columns' names in its first line, each also gzipped. A row has text and label, \
      text and labels (any number of them: a JSON array, in a table also a|b), or prompt and answer (or completion), under these names or \
      those of --columns; or it is a conversation (messages, ShareGPT, Alpaca), which the base's chat template writes, and each turn of the \
      assistant is learned; of a prompt and a completion that are lists of messages (TRL), those of the completion. Rows may say split: train, validation or test; otherwise a \
      hash of the text deals them out, about 70, 15 and 15 percent (of few rows more for choosing). The version is released if every gate passes. \
      SIGINT, SIGTERM and SIGHUP write a checkpoint; the same command goes on from it.
      """)

  @Argument(help: ArgumentHelp("The rows; - is standard input, and --name is needed then.", valueName: "file"))
  var file: String

  @Option(help: "The task. Default: the file's name without its ending.", completion: .tasks)
  var name: String?

  @Option(help: "The line before every text. Default: that of the last version, or \"Classify this text.\"")
  var instruction: String?

  @Option(help: "The line after every text. Default: that of the last version, or \"Label:\"")
  var cue: String?

  @Option(
    help: ArgumentHelp(
      "Train further from a LoRA that is there: a version (spam@1), an expert's folder, or an adapter of PEFT. Its rank, alpha and target modules count. With --max-epochs 0 it becomes a version as it is (--output-head both puts a closed-form head beside it).",
      valueName: "version-or-folder"))
  var startFrom: String?

  @OptionGroup var rows: RowOptions
  @OptionGroup var options: LearnOptionGroup
  @OptionGroup var registry: RegistryOptions
  @OptionGroup var base: TaskBaseOptions

  @Option(help: "How many points worse than the released version a new one may be. Default: 2.")
  var margin: Double?

  @Option(help: "yes (default) or no: whether the rows are kept in the registry, compressed.")
  var keepRows: YesOrNo?

  @Flag(help: "Say what would be learned, with rows, steps and memory; change nothing.")
  var dryRun = false

  @Flag(help: "Only register the version, also where every gate passes: `accrete promote` releases it.")
  var noRelease = false

  @Flag(help: "End with 65 where a gate holds the version back. Default: 0, as it is registered.")
  var requireRelease = false

  @Option(help: "Folder for TensorBoard: losses and learning rate, step by step. Default: none are written.")
  var tensorboard: String?

  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let printer = LearnPrinter(progress)
    try Failure.reported(memory: lessMemory) {
      let opened = try registry.open(.writing)
      let reader = try rows.reader()
      let piped = file == StandardInput.name
      guard !piped || name != nil else {
        throw RegistryError.invalid(
          what: "--name", got: "nothing", expected: "the task's name, as standard input has none", fix: "Give one.")
      }
      if !piped, !FileManager.default.fileExists(atPath: absolute(file)) {
        throw StreamError.file(
          .init(file: file.printable, expected: "a file of rows", got: "no such file", fix: "Check the path."))
      }
      if !piped { try reader.checkColumns(URL(fileURLWithPath: absolute(file))) }
      let loaded = try base.load(for: opened, learns: true)
      let named = EmbeddedResources.argument(for: loaded.folder.path)
      let start = try start(opened, loaded)
      var learnOptions = try options.learnOptions(threads: base.threadCount, device: base.device ?? "cpu")
      let computing = try loaded.computing(options.compute ?? .auto)
      learnOptions.compute = computing.model.compute == .float32 ? nil : computing.model.compute
      for warning in computing.computeWarnings { Console.error("warning: \(warning)") }
      // An adapter of attention alone, as PEFT makes it by default, trains further by the method that takes any.
      if options.method == nil, let start, !start.hasFeedForward { learnOptions.method = "per-task" }
      try start?.apply(to: &learnOptions)
      var job = LearnJob(
        file: piped ? URL(fileURLWithPath: StandardInput.title) : URL(fileURLWithPath: absolute(file)),
        options: learnOptions,
        program: "accrete \(Manifest.accreteVersion)", actor: registry.actor)
      job.name = name
      job.reader = reader
      job.data = piped ? try StandardInput.read() : nil
      job.instruction = instruction
      job.cue = cue
      job.margin = (margin ?? 2) / 100
      job.keepsRows = keepRows != .no
      job.releases = !noRelease
      job.perClass = options.perClass
      job.start = start
      job.isToyBase = EmbeddedResources.bases.contains(named)
      let curves =
        try dryRun ? nil : tensorboard.map { try LearnCurves(in: URL(fileURLWithPath: absolute($0)), opened) }
      let learn = try Learn(
        job, in: opened, on: loaded,
        requests: {
          switch Signals.request() {
          case .checkpoint: .checkpoint
          case .stop(let signal): .stop(signal: signal)
          case nil: nil
          }
        },
        report: { progress in
          // Until the rows are read there is nothing to keep: a signal ends the process at once.
          if case .rows = progress { Signals.listen() }
          printer.show(progress)
          curves?.show(progress)
        })
      printer.base(computing, named: named, options: learnOptions)
      if dryRun {
        let (rows, plan) = try learn.plan()
        return try show(rows, plan)
      }
      let outcome = try learn.run()
      try LearnResult.show(outcome, json: json, besides: printer.shownWarnings, in: registry)
      curves?.finish()
      if requireRelease, outcome.release == nil { throw ExitCode(Failure.badData) }
    }
  }

  /// What to do where a step does not fit.
  private var lessMemory: String {
    LessMemory.advice(
      ["a smaller --batch or --max-length", "--gradient-checkpointing"],
      weights: base.smallerForms(in: registry, learns: true, compute: options.compute))
  }

  /// What `--start-from` names. Shapes that were given beside it would not count, and are refused.
  private func start(_ registry: Registry, _ base: Base) throws -> LearnStart? {
    guard let startFrom else { return nil }
    let shape: [(String, Bool)] = [
      ("--rank", options.rank != nil), ("--alpha", options.alpha != nil),
      ("--target-modules", options.targetModules != nil),
    ]
    if let given = shape.first(where: { $0.1 }) {
      throw RegistryError.invalid(
        what: given.0, got: "one beside --start-from", expected: "none: the expert that is there has its own",
        fix: "Leave it out.")
    }
    let folder = URL(fileURLWithPath: absolute(startFrom))
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue {
      return try LearnStart(folder, on: base)
    }
    guard !NoExperts.isBundle(folder) else {
      throw RegistryError.invalid(
        what: startFrom.printable, got: "a file of versions, as `registry export` writes it",
        expected: "an expert's folder, an adapter's, or a version",
        fix:
          "`accrete registry import \(shellWords([startFrom]).printable)` takes its versions and names them; start from one of these."
      )
    }
    guard !startFrom.contains("/") else { throw FileError.notFound(path: folder.path) }
    do {
      return try LearnStart(registry.load(startFrom, on: base))
    } catch RegistryError.unknownTask(_, let known) {
      throw RegistryError.invalid(
        what: "--start-from", got: startFrom.printable,
        expected: "a folder, or a version of \(known.isEmpty ? "a task" : known.listed)",
        fix: "There is neither: check the path.")
    }
  }

  private struct Plan: Encodable {
    let rows: LearnRows
    let plan: LearnPlan
  }

  private func show(_ rows: LearnRows, _ plan: LearnPlan) throws {
    guard !json else {
      return try Console.output(
        String(decoding: try JSONFile.encode(Plan(rows: rows, plan: plan)), as: UTF8.self))
    }
    let unchecked = LearnPrinter.unchecked(rows).map { [$0] } ?? []
    for line in LearnPrinter.lines(rows) + unchecked + LearnPrinter.lines(plan) { try Console.output(line) }
  }
}

/// A choice between two.
enum YesOrNo: String, ExpressibleByArgument, CaseIterable { case yes, no }

/// How a task is learned.
struct LearnOptionGroup: ParsableArguments {
  @Option(help: "accrete (default) or per-task.", completion: .list(["accrete", "per-task"]))
  var method: String?

  @Option(
    name: .customLong("option"),
    help: "A hyper-parameter of the method, as NAME=VALUE; may be repeated. `accrete methods` lists them.")
  var methodOptions: [String] = []

  @Option(
    help:
      "label (the model writes the answer), trained (a linear head), ridge (closed form), both. Several labels a row: trained, ridge, both. Default: what the choose rows say."
  )
  var outputHead: OutputHead?

  @Option(help: "Peak learning rate. Default: the best of three in a short trial.")
  var learningRate: Double?

  @Option(help: "The most passes over the learn rows. Default: 20.")
  var maxEpochs: Int?

  @Option(
    help: "The most minutes of training, at most half of them for trials of learning rates. Default: no limit.")
  var budget: Double?

  @Option(help: "Training stops after so many measurements without a better one. Default: 3.")
  var patience: Int?

  @Option(help: "At most this many learn and choose rows of each label. Default: all.")
  var perClass: Int?

  @Option(help: "Seed of everything random. Default: 0.")
  var seed: UInt64?

  @Option(help: "Rank of the expert. Default: 8.")
  var rank: Int?

  @Option(help: "Strength of the expert; it is scaled by alpha / rank. Default: 16.")
  var alpha: Double?

  @Option(help: "Dropout on the expert's inputs. Default: 0.05.")
  var dropout: Double?

  @Option(
    help:
      "Where the expert plugs in, by PEFT's names: q_proj,v_proj,… or all-linear. Default: gate_proj,up_proj,down_proj."
  )
  var targetModules: String?

  @Option(help: "Examples of a step. Default: 8.")
  var batch: Int?

  @Option(help: "The most tokens of an example; longer texts lose tokens at their left. Default: 256.")
  var maxLength: Int?

  @Option(help: "The most tokens of a free answer. Default: half of --max-length.")
  var maxAnswerTokens: Int?

  @Option(
    help:
      "Measure of free answers: accuracy (default), numeric-accuracy, first-character, rouge-l, edit-similarity or sari."
  )
  var scorer: String?

  @Option(
    help:
      "What the base's products are computed in: float32, bfloat16, or auto (default): bfloat16 on a GPU (compute capability 8.0 and later) for bases held in 16 bits or fewer, on a processor that multiplies it for bases held in bfloat16 of 100 million parameters or more."
  )
  var compute: ComputeChoice?

  @Flag(help: "Compute activations again in the backward pass: less memory, more time, the same result.")
  var gradientCheckpointing = false

  func learnOptions(threads: Int, device: String) throws -> LearnOptions {
    var result = LearnOptions()
    // `accrete` needs gate or up; an expert of attention alone, as PEFT makes it by default, is trained by the method that takes any.
    let modules = targetModules?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
    let isOfAttention = !modules.isEmpty && !modules.contains { ["all-linear", "gate_proj", "up_proj"].contains($0) }
    result.method = method ?? (isOfAttention ? "per-task" : result.method)
    result.methodOptions = try methodOptions.reduce(into: [:]) { result, text in
      guard let (name, value) = MethodOptions.parse(text) else {
        throw TaskModelError.invalidOption(name: "option", got: text, allowed: "NAME=VALUE, such as growth=0.5")
      }
      result[name] = value
    }
    result.outputHead = outputHead
    result.learningRate = learningRate
    result.maxEpochs = maxEpochs ?? result.maxEpochs
    result.budgetSeconds = budget.map { $0 * 60 }
    result.patience = patience ?? result.patience
    result.seed = seed ?? result.seed
    result.rank = rank ?? result.rank
    result.alpha = alpha ?? result.alpha
    result.dropout = dropout ?? result.dropout
    result.targetModules = targetModules
    result.batchSize = batch ?? result.batchSize
    result.maxLength = maxLength ?? result.maxLength
    result.maxAnswerTokens = maxAnswerTokens
    result.scorer = scorer ?? result.scorer
    result.gradientCheckpointing = gradientCheckpointing
    result.threads = threads
    result.device = device
    if let perClass, perClass < 1 {
      throw TaskModelError.invalidOption(name: "per-class", got: "\(perClass)", allowed: "1 or more")
    }
    return result
  }
}
