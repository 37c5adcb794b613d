import Decoder
import Experts
import ModelConfiguration
public import Torch

/// A bias-free linear head per task: logits over its labels from the final hidden state of the last prompt token.
public final class TaskHeads {
  private let context: MethodContext
  private var heads: [String: Tensor] = [:]

  public init(_ context: MethodContext) { self.context = context }

  private func name(_ task: String) -> String { "heads.\(task)" }

  /// The head of a task; a new one is drawn from normal(0, 1/(3·hidden)) (Kaiming with a = √5). [labels, hidden]
  public func head(of task: String, labels: Int) throws -> Tensor {
    if let head = heads[task] { return head }
    let hidden = context.base.hiddenSize
    return try context.normal(name(task), [labels, hidden], deviation: (1 / (3 * Double(hidden))).squareRoot())
  }

  func begin(_ task: String, labels: Int) throws -> FlatParameters.Parameter {
    let head = try head(of: task, labels: labels)
    heads[task] = head
    return FlatParameters.Parameter(name: name(task), tensor: head)
  }

  /// All heads by name.
  public var tensors: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: heads.map { (name($0.key), $0.value) })
  }

  /// Takes the heads that a checkpoint holds.
  /// - Returns: What is left of `tensors`.
  public func restore(_ tensors: [String: Tensor]) throws -> [String: Tensor] {
    let stored = owned(by: "heads", tensors)
    for (task, tensor) in stored where tensor.shape.count != 2 || tensor.shape.last != context.base.hiddenSize {
      throw ExpertError.shapeDiffers(
        where: "heads", name: task, expected: [-1, context.base.hiddenSize], got: tensor.shape)
    }
    heads = stored
    return tensors.filter { !$0.key.hasPrefix("heads.") }
  }
}
