import Decoder
import Experts
import Files
import Generation
import Learning
import Records
import Streams
import TaskModels
import Torch

extension SequenceRun {
  /// Solves the closed-form heads that come with a task: its own, or those of all tasks where all rows are learned at once. A run that
  /// was killed before the checkpoint after the task solves them again, bit-identically. Returns the seconds that it took.
  func solveHeads(with task: PreparedTask) throws -> Double {
    guard combined != nil else { return 0 }
    let isFirst = task.identity.index == 0
    let solved = method.trainingRows == .allAtOnce ? (isFirst ? tasks : []) : [task]
    guard !solved.isEmpty else { return 0 }
    let clock = ContinuousClock()
    let start = clock.now
    for task in solved {
      let name = task.task.name
      let parts = LabelParts(base, labelIds: task.labelIds)
      let found = try parts.solved(on: task.training, combinedOn: task.combining, expert: experts(of: task)) {
        report(.evaluating(row: learned + 1, task: name, done: $0, total: task.combining.count))
        try whileScoring(row: learned)
      }
      combined?[name] = found.head
      let combination = found.combined > 0 ? found.head.combination : nil
      report(
        .solved(
          task: name, rows: found.rows, penalty: found.penalty,
          weighed: combination.map { (rows: found.combined, expert: $0.expert, ridge: $0.ridge) }))
    }
    return start.duration(to: clock.now).seconds
  }

  /// What a learned task added for good: of its expert and of its heads.
  func ownedTensors(of task: PreparedTask) throws -> [Tensor] {
    let expert = configuration.outputHead.hasExpert ? try method.ownedTensors(of: task.identity) : [:]
    let heads = [try heads(of: task).trained].compactMap(\.self)
    return Array(expert.values) + heads + Array((combined?.tensors(of: task.task.name) ?? [:]).values)
  }
}
