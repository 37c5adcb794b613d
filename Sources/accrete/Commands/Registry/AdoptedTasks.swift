import Evolution
import Files
import Foundation
import Generation
import Learning
import Records
import Registry
import Runs
import Streams
import TaskModels

/// The tasks of a finished run, as they go into a registry.
struct AdoptedTasks {
  let run: StoredRun
  let base: Base
  let threads: Int
  let actor: String
  /// As a share.
  var margin = 0.02
  var keepsRows = true

  /// Scores, checks and releases one of them.
  ///
  /// - Parameters:
  ///   - task: In the run.
  ///   - name: In the registry; `nil`: the same.
  ///   - data: Where the run's data files are now; `nil`: where they were.
  func adopt(
    _ task: String, as name: String? = nil, data: URL? = nil, in registry: Registry,
    report: @escaping (EvolutionProgress) -> Void
  ) throws -> LearnOutcome {
    let finished = try run.finishedTask(task, base: base, data: data)
    return try Learn(job(of: finished, as: name), in: registry, on: base, report: report).adopt(learned(finished))
  }

  private func job(of task: FinishedTask, as name: String?) -> LearnJob {
    let configuration = run.manifest.configuration
    var options = LearnOptions()
    options.seed = configuration.seed
    options.rank = configuration.rank
    options.alpha = configuration.alpha
    options.dropout = configuration.dropout
    options.targetModules = configuration.targetModules
    options.batchSize = configuration.training.batchSize
    options.maxEpochs = configuration.training.epochs
    options.learningRate = configuration.training.learningRate
    options.maxLength = task.maxLength
    options.maxAnswerTokens = configuration.maxAnswerTokens
    options.scorer = configuration.source.scorer ?? options.scorer
    options.threads = threads
    var job = LearnJob(
      file: run.folder.url, options: options, program: "accrete \(run.manifest.accrete)", actor: actor)
    job.name = name ?? task.examples.task.name
    job.margin = margin
    job.keepsRows = keepsRows
    job.isToyBase = false
    return job
  }

  private func learned(_ task: FinishedTask) -> LearnedTask {
    let rows = task.examples.task
    let isLabel = rows.kind == .classification
    let form = TaskForm(
      kind: isLabel ? .label : .answer, instruction: rows.instruction, cue: rows.cue, labels: rows.labels,
      maxLength: task.maxLength, answerTokens: isLabel ? 0 : max(task.answerTokens, 1))
    // The run's own answers: no weight and no bias that it did not have.
    let combination =
      isLabel
      ? LabelCombination(expert: 1, ridge: 0, bias: [Double](repeating: 0, count: rows.labels.count)) : nil
    return LearnedTask(
      examples: task.examples,
      model: TaskModel(
        form: form, expert: task.expert, trainedHead: task.head, ridge: nil, combination: combination,
        compute: task.compute),
      method: task.method, seconds: task.costs?.trainingSeconds ?? 0)
  }
}
