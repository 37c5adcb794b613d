import Decoder
import Experts
import Files
import Foundation
import Generation
import Learning
import ModelConfiguration
import Records
import Streams
import TaskModels
import Torch

/// The hardest parts of a run, done once each with a method of their own.
struct Trial {
  let configuration: RunConfiguration
  let base: Base
  let tasks: [PreparedTask]
  private let method: any ContinualMethod
  private let heads: TaskHeads?
  /// `nil`: no expert is trained.
  private let training: TaskTraining?
  let steps: Int
  let trainingTokens: Int

  init(_ configuration: RunConfiguration, base: Base, tasks: [PreparedTask]) throws {
    self.configuration = configuration
    self.base = base
    self.tasks = tasks
    let context = try configuration.methodContext(for: base.model, tasks: tasks.count)
    let method = try MethodCatalog.make(configuration.method, context)
    let heads = configuration.outputHead == .trained ? TaskHeads(context) : nil
    (self.method, self.heads) = (method, heads)
    guard let last = tasks.last else {
      throw RunError.invalidConfiguration(key: "tasks", got: "none", allowed: "at least one")
    }
    guard configuration.outputHead.hasExpert else {
      (self.steps, trainingTokens, training) = (0, 0, nil)
      return
    }
    // All tasks but the last have arrived: the method is then as large as it gets.
    for task in tasks.dropLast() {
      let probe = TaskProbe(
        task.identity, examples: Array(task.training.prefix(8)), model: base.model, seed: configuration.seed)
      let training = try FlatParameters(method.begin(task.identity, on: probe))
      try method.end(task.identity, on: probe)
      try training.release()
    }
    var (steps, tokens) = (0, 0)
    var longest: (tokens: Int, examples: [EncodedExample]) = (0, [])
    for task in tasks {
      let examples = method.trainingRows.examples(of: task, among: tasks, seed: configuration.seed)
      let lengths = examples.map(\.tokenCount)
      tokens += lengths.reduce(0, +) * configuration.training.epochs
      for epoch in 0..<configuration.training.epochs {
        let batches = configuration.training.batches(
          lengths: lengths, seed: configuration.seed, task: task.task.name, epoch: epoch)
        steps += (batches.count + configuration.training.accumulation - 1) / configuration.training.accumulation
        for batch in batches {
          let size = batch.reduce(0) { $0 + lengths[$1] }
          if size > longest.tokens { longest = (size, batch.map { examples[$0] }) }
        }
      }
    }
    (self.steps, trainingTokens) = (steps, tokens)
    var options = configuration.training
    options.epochs = 1
    let (count, accumulation) = (longest.examples.count, options.accumulation)
    training = try TaskTraining(
      TaskTraining.Material(
        task: last.identity, examples: longest.examples, labels: last.task.labels.count,
        remembered: method.trainingRows.remembered(before: last, among: tasks, seed: configuration.seed)
      ) { _ in Array(repeating: Array(0..<count), count: 3 * accumulation) }, model: base.model, method: method,
      heads: heads, options: options, seed: configuration.seed)
  }

  /// A step to warm up and one to measure; zeros where no expert is trained.
  func learn() throws -> (tokens: Int, seconds: Double) {
    guard let training else { return (0, 0) }
    _ = try training.step()
    let before = training.tokensRead
    let seconds = try ContinuousClock.seconds { _ = try training.step() }
    return (training.tokensRead - before, seconds)
  }

  /// The closed-form head of the task with the most rows, without its combination; 0 where the output head has none.
  func solve() throws -> Double {
    guard configuration.outputHead.hasRidge, let task = tasks.max(by: { $0.training.count < $1.training.count }) else {
      return 0
    }
    let parts = LabelParts(base, labelIds: task.labelIds)
    return try ContinuousClock.seconds { _ = try parts.solved(on: task.training, combinedOn: [], expert: nil) }
  }

  /// The experts of a task; `nil` is the base, and what answers where none is trained.
  private func experts(of task: PreparedTask) throws -> (any ExpertSelection)? {
    configuration.outputHead.hasExpert ? try method.selection(for: task.identity) : nil
  }

  /// The longest prompts of any task of labels, as many as one batch takes; zeros where there is none.
  func score() throws -> (tokens: Int, seconds: Double) {
    let labelled = tasks.filter { $0.task.kind == .classification }
    guard let task = labelled.max(by: { width($0) < width($1) }) else { return (0, 0) }
    let longest = longestRows(of: task)
    let selection = try experts(of: task)
    let head = try heads?.head(of: task.task.name, labels: task.task.labels.count)
    func once() throws {
      _ = try Evaluator(base.model).predictions(
        longest, labels: task.labelIds, head: head, experts: selection)
    }
    try once()
    return (longest.reduce(0) { $0 + $1.promptIds.count }, try ContinuousClock.seconds(once))
  }

  /// The longest prompts and answers of any task of free answers, each answer as long as it may be: tokens read and written, and
  /// the seconds that took; zeros where there is none.
  func write() throws -> (tokens: Int, seconds: Double) {
    let free = tasks.filter { $0.task.kind == .generation }
    guard let task = free.max(by: { width($0) < width($1) }) else { return (0, 0) }
    let longest = longestRows(of: task)
    let selection = try experts(of: task)
    let seconds = try ContinuousClock.seconds {
      _ = try Evaluator(base.model).written(
        longest, limit: task.answerTokens, experts: selection, stopsAtEnd: false)
    }
    return (longest.reduce(0) { $0 + $1.promptIds.count + task.answerTokens }, seconds)
  }

  private func longestRows(of task: PreparedTask) -> [EncodedExample] {
    Array(
      task.evaluated.sorted { ($1.promptIds.count, $0.index) < ($0.promptIds.count, $1.index) }.prefix(64))
  }

  private func width(_ task: PreparedTask) -> Int {
    (task.evaluated.map(\.promptIds.count).max() ?? 0) + task.labelIds.reduce(0) { $0 + $1.count } + task.answerTokens
  }

  /// A checkpoint as it would be in the last task, in a folder that is removed again.
  func writeCheckpoint(near out: URL, _ manifest: Manifest) throws -> (bytes: Int, seconds: Double, free: Int) {
    let parent = out.deletingLastPathComponent()
    let folder = parent.appendingPathComponent(".\(out.lastPathComponent).\(getpid()).dry-run")
    // Folders on the way to it that are not there yet are removed too.
    let made = Self.missingFolders(upTo: parent)
    defer {
      try? FileManager.default.removeItem(at: folder)
      for folder in made { try? FileManager.default.removeItem(at: folder) }
    }
    try RunFolder.makeFolder(folder)
    let file = folder.appendingPathComponent("checkpoint.safetensors")
    let state = try training?.state()
    let checkpoint = RunCheckpoint(
      learned: tasks.dropLast().map(\.task.name), matrix: TaskMatrix(tasks: tasks.map(\.task.name)), eventBytes: 0,
      manifestDigest: Digest(of: try JSONFile.encode(manifest)),
      progress: state.map {
        RunCheckpoint.Progress(task: tasks.last?.task.name ?? "", cursor: $0.cursor, dropout: $0.dropout)
      })
    let tensors = try tensors()
    let seconds = try ContinuousClock.seconds { try checkpoint.write(tensors, training: state, to: file) }
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
    let bytes = try MappedFile(file).bytes.count
    // What this file takes is free again afterwards. Where the file system does not say what is free, there is no sum.
    let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue ?? .max
    return (bytes, seconds, min(free, .max - bytes) + bytes)
  }

  /// All that a checkpoint of the last task may hold.
  private func tensors() throws -> [String: Tensor] {
    var combined = CombinedHeads()
    if configuration.outputHead.hasRidge {
      for task in tasks {
        combined[task.task.name] = try CombinedHead(
          emptyOf: task.task.labels.count, features: base.model.configuration.hiddenSize)
      }
    }
    let experts = configuration.outputHead.hasExpert ? method.tensors : [:]
    return [heads?.tensors ?? [:], combined.tensors].reduce(into: experts) { all, tensors in
      all.merge(tensors) { first, _ in first }
    }
  }

  private static func missingFolders(upTo folder: URL) -> [URL] {
    var result: [URL] = []
    var current = folder.standardizedFileURL
    while current.path != "/", !FileManager.default.fileExists(atPath: current.path) {
      result.append(current)
      current.deleteLastPathComponent()
    }
    return result
  }
}
