// Inheriting: every task gets a LoRA of its own, which starts where the last task's ended, stays near it, and is then frozen.
//
//     h = W x + (α / r) B_t A_t x,  before the first step (A_t, B_t) = (A_{t−1}, B_{t−1})
//     L = L_task + λ · mean((A_t − A_{t−1})², (B_t − B_{t−1})²)                 term `distance`; none for the first task
//
// It cannot forget, as no task's LoRA moves after its end; what it shares is where a task begins.

import Decoder
import Experts
import Learning
import Torch

/// A LoRA for each task, which begins as the last one's.
final class Inheriting: ContinualMethod {
  static let name = "inheriting"
  static let nearness = Hyperparameter(
    "lambda", 1, in: 1e-6...1e6, "λ: weight of the distance from the last task's LoRA")
  static let hyperparameters = [nearness]

  private let context: MethodContext
  /// In the order in which their tasks arrived.
  private var experts: [(task: TaskIdentity, expert: LowRankExpert)] = []

  init(_ context: MethodContext) { self.context = context }

  private func expert(of task: TaskIdentity) -> LowRankExpert? { experts.first { $0.task == task }?.expert }

  private func named(_ task: TaskIdentity, _ expert: LowRankExpert) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: expert.tensors.map { ("tasks.\(task.name).\($0.key)", $0.value) })
  }

  // MARK: Learning

  /// Makes the task's LoRA, and names the tensors that its training moves.
  func begin(_ task: TaskIdentity, on probe: TaskProbe) throws -> [FlatParameters.Parameter] {
    if expert(of: task) == nil { experts.append((task, try beginning(of: task))) }
    return expert(of: task).map { named(task, $0) }.map { tensors in
      tensors.sorted { $0.key < $1.key }.map { FlatParameters.Parameter(name: $0.key, tensor: $0.value) }
    } ?? []
  }

  private func beginning(of task: TaskIdentity) throws -> LowRankExpert {
    guard let last = experts.last?.expert else { return try context.newExpert("tasks.\(task.name)") }
    // A copy: the last task's own LoRA stays as it is.
    return try LowRankExpert(
      context.shape, for: context.base, tensors: last.tensors.mapValues { try $0.converted(to: .float32).cloned() },
      where: "the LoRA before \(task.name)")
  }

  func trainingPass(
    _ task: TaskIdentity, over batch: TokenBatch, in step: StepContext
  ) throws -> TrainingPass {
    guard let expert = expert(of: task) else {
      throw LearningError.stateDiffers(what: Self.name, missing: [task.name], unused: [])
    }
    let last = experts.last { $0.task.index < task.index }?.expert
    return TrainingPass(
      selection: LowRankSelection(expert, dropout: Dropout(context.shape.dropout, from: step.dropout)),
      lossTerms: { [weight = context.value(Self.nearness)] _ in
        guard let last else { return [] }
        let distance = try Self.distance(expert, last)
        return [
          LossTerm(name: "distance", value: distance, weight: weight, bound: 0...Double.greatestFiniteMagnitude)
        ]
      })
  }

  /// The mean of the squared differences of all factors. → []
  static func distance(_ expert: LowRankExpert, _ other: LowRankExpert) throws -> Tensor {
    let sums = try expert.positions.map { position in
      let old = try other.factor(at: position).converted(to: .float32)
      return try (expert.factor(at: position) - old).power(2).sum()
    }
    let count = expert.tensors.values.reduce(0) { $0 + $1.shape.reduce(1, *) }
    return try Tensor.stacked(sums).sum() * (1 / Double(count))
  }

  /// The task has been learned: from here on its LoRA is what is kept of it, in bfloat16.
  func end(_ task: TaskIdentity, on probe: TaskProbe) throws {
    experts = try experts.map { $0.task == task ? ($0.task, try $0.expert.rounded()) : $0 }
  }

  // MARK: Serving

  func servingExpert(of task: TaskIdentity) throws -> ServingExpert? {
    try expert(of: task).map { .plain(try $0.widened()) }
  }

  func ownedExpert(of task: TaskIdentity) -> LowRankExpert? { expert(of: task) }

  func dependencies(of task: TaskIdentity) -> [String: Tensor] { expert(of: task).map { named(task, $0) } ?? [:] }

  // MARK: State

  var tensors: [String: Tensor] {
    experts.reduce(into: [:]) { result, entry in
      result.merge(named(entry.task, entry.expert)) { first, _ in first }
    }
  }

  func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws {
    experts = try tasks.map { ($0, try context.storedExpert("tasks.\($0.name)", tensors, of: Self.name)) }
    let unused = Set(tensors.keys).subtracting(self.tensors.keys)
    guard unused.isEmpty else {
      throw LearningError.stateDiffers(what: Self.name, missing: [], unused: unused.sorted())
    }
  }
}
