import Decoder
import Experts
import Files
public import Foundation
import Generation
import Learning
public import Records
import Streams
import Torch

/// What a run would need, measured on its hardest parts: the longest training batch forward and backward, the largest scored
/// batch, a checkpoint written. Leaves nothing behind.
public struct DryRun: Sendable, Codable {
  /// Rows by task.
  public var rows: [String: Manifest.RowCounts]
  public var method: String
  /// Optimizer steps of all tasks.
  public var steps: Int
  /// Real tokens of all training steps, and of the prompts of labels in all rows of the matrix and where output heads are weighed.
  public var trainingTokens: Int
  public var scoredTokens: Int
  /// Tokens of free answers in all rows of the matrix with their prompts, if each is as long as it may be.
  public var writtenTokens: Int

  /// Real tokens of the longest step, and what one such step took after the first.
  public var longestStepTokens: Int
  public var longestStepSeconds: Double
  /// Prompt tokens of the scored batch that was measured.
  public var scoredBatchTokens: Int
  public var scoredBatchSeconds: Double
  /// Prompt and answer tokens of the free answers that were measured; 0 where there are none.
  public var writtenBatchTokens: Int
  public var writtenBatchSeconds: Double
  /// What the closed-form head of the task with the most rows took; 0 where the output head has none.
  public var headSeconds: Double
  /// The checkpoint inside of the last task: the largest.
  public var checkpointBytes: Int
  public var checkpointSeconds: Double

  /// Largest resident memory of this process, and what the machine has free.
  public var peakResidentBytes: Int
  public var availableBytes: Int
  /// Disk that the finished run takes, at most (as if no tensor stayed as it is from one checkpoint to the next), and what is free where it
  /// goes: `Int.max` where the file system does not say.
  public var diskBytes: Int
  public var freeDiskBytes: Int
  /// Tokens at the measured speeds; the real speed depends on lengths and on the machine's other work.
  public var estimatedSeconds: Double

  /// - Parameters:
  ///   - configuration: Of the run.
  ///   - out: Where its folder would go; it is left as it is, and must be one that ``SequenceRun/start(_:in:program:report:)`` takes.
  ///   - report: Told what is being read.
  /// - Throws: Whatever would stop the run before its first step, and `RunError.notEnoughDisk(path:needed:free:)`.
  public init(_ configuration: RunConfiguration, out: URL, report: (RunProgress) -> Void = { _ in }) throws {
    try RunFolder(out).requireFree()
    let (base, tasks, manifest) = try withoutActuallyEscaping(report) {
      try SequenceRun.prepare(configuration, $0)
    }
    report(.prepared(manifest))
    let trial = try Trial(configuration, base: base, tasks: tasks)
    rows = manifest.rows
    method = configuration.method
    steps = trial.steps
    trainingTokens = trial.trainingTokens
    func width(_ kind: LearningTask.Kind) -> Int {
      tasks.filter { $0.task.kind == kind }.reduce(0) { sum, task in
        task.evaluated.reduce(sum) { $0 + $1.promptIds.count + task.answerTokens }
      }
    }
    let weighed = tasks.reduce(0) { sum, task in task.combining.reduce(sum) { $0 + $1.promptIds.count } }
    scoredTokens = width(.classification) * (tasks.count + 1) + weighed
    writtenTokens = width(.generation) * (tasks.count + 1)

    let step = try trial.learn()
    (longestStepTokens, longestStepSeconds) = (step.tokens, step.seconds)
    let scored = try trial.score()
    (scoredBatchTokens, scoredBatchSeconds) = (scored.tokens, scored.seconds)
    let answers = try trial.write()
    (writtenBatchTokens, writtenBatchSeconds) = (answers.tokens, answers.seconds)
    headSeconds = try trial.solve()
    let written = try trial.writeCheckpoint(near: out, manifest)
    (checkpointBytes, checkpointSeconds) = (written.bytes, written.seconds)

    peakResidentBytes = ProcessMemory.peakResidentBytes
    availableBytes = ProcessMemory.availableBytes
    // One checkpoint after each task, two inside of one, the experts (part of every checkpoint), a prediction for each cell's row.
    let predictions = tasks.reduce(0) { $0 + Self.predictionBytes($1) } * (tasks.count + 1)
    diskBytes =
      (tasks.count + 1 + SequenceRun.keptCheckpoints + 1) * checkpointBytes + predictions + steps * 400
      + Self.smallFileBytes
    freeDiskBytes = written.free
    estimatedSeconds =
      Double(trainingTokens) * longestStepSeconds / Double(max(longestStepTokens, 1))
      + Double(scoredTokens) * scoredBatchSeconds / Double(max(scoredBatchTokens, 1))
      + Double(writtenTokens) * writtenBatchSeconds / Double(max(writtenBatchTokens, 1))
      + Double(tasks.count) * (checkpointSeconds + headSeconds)
    guard diskBytes <= freeDiskBytes else {
      throw RunError.notEnoughDisk(path: out.path, needed: diskBytes, free: freeDiskBytes)
    }
  }

  /// Manifest, matrix, metrics and seal.
  private static let smallFileBytes = 1 << 17

  /// A task's predictions in one row of the matrix, at most: a number for each label; or both texts, whose characters may
  /// be escaped.
  private static func predictionBytes(_ task: PreparedTask) -> Int {
    let fixed = task.evaluated.count * (80 + 24 * task.task.labels.count)
    guard task.task.kind == .generation else { return fixed }
    return task.key.rows.reduce(2 * fixed) { $0 + 2 * $1.answer.utf8.count + 16 * task.answerTokens }
  }
}
