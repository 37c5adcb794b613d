import Files
import Foundation
import Learning
public import Torch

/// The closed-form head of one task, and how it is weighed against the expert's label scores.
public struct CombinedHead: Sendable {
  public let ridge: RidgeHead
  public let combination: LabelCombination
  /// β, a, b and c of each label, as a checkpoint has them. float64 [3 + labels]
  let numbers: Tensor

  /// A head with a combination of as many labels.
  /// - Throws: `TorchError`.
  public init(ridge: RidgeHead, combination: LabelCombination) throws {
    self.ridge = ridge
    self.combination = combination
    numbers = try Tensor(doubles: [ridge.sharpness, combination.expert, combination.ridge] + combination.bias)
  }

  /// A head alone: its own probabilities are the answer.
  init(alone ridge: RidgeHead) throws {
    let bias = [Double](repeating: 0, count: ridge.weights.shape[0])
    try self.init(ridge: ridge, combination: LabelCombination(expert: 0, ridge: 1, bias: bias))
  }

  /// Of the size that a task's head has, with zeros: for measuring.
  /// - Throws: `TorchError`.
  public init(emptyOf labels: Int, features: Int) throws {
    try self.init(
      alone: RidgeHead(
        weights: Tensor.zeros([labels, features], .bfloat16), bias: Tensor.zeros([labels]), sharpness: 1))
  }

  /// Its tensors by their part's name.
  var parts: [(name: String, tensor: Tensor)] {
    [("weights", ridge.weights), ("bias", ridge.bias), ("combination", numbers)]
  }
}

/// The closed-form heads of a run's tasks: none of them changes once it is solved.
public struct CombinedHeads: Sendable {
  private static let owner = "ridge"
  private var heads: [String: CombinedHead] = [:]

  public init() {}

  /// The head of a task; `nil` until it is solved.
  public subscript(task: String) -> CombinedHead? {
    get { heads[task] }
    set { heads[task] = newValue }
  }

  private static func name(_ part: String, _ task: String) -> String { "\(owner).\(part).\(task)" }

  /// What a checkpoint holds of a task's head; empty until it is solved.
  public func tensors(of task: String) -> [String: Tensor] {
    guard let head = heads[task] else { return [:] }
    return Dictionary(uniqueKeysWithValues: head.parts.map { (Self.name($0.name, task), $0.tensor) })
  }

  /// All tensors by name.
  public var tensors: [String: Tensor] {
    heads.keys.reduce(into: [:]) { result, task in result.merge(tensors(of: task)) { first, _ in first } }
  }

  /// Takes the heads that a checkpoint holds.
  ///
  /// - Parameter tensors: All tensors of the checkpoint.
  /// - Parameter tasks: The tasks whose heads must be there, each with the number of its labels.
  /// - Parameter features: Numbers of a text's features.
  /// - Returns: What is left of `tensors`.
  /// - Throws: `LearningError.stateDiffers` for anything else than these heads.
  public mutating func restore(
    _ tensors: [String: Tensor], of tasks: [(name: String, labels: Int)], features: Int
  ) throws -> [String: Tensor] {
    var rest = tensors
    heads = [:]
    func take(_ part: String, _ task: String, _ shape: [Int], _ dtype: DType) throws -> Tensor {
      let name = Self.name(part, task)
      guard let tensor = rest.removeValue(forKey: name), tensor.shape == shape, tensor.dtype == dtype else {
        throw LearningError.stateDiffers(
          what: "the closed-form head of task \(task)", missing: ["\(name) \(dtype.rawValue) \(shape)"],
          unused: [tensors[name]].compactMap { $0?.description })
      }
      return tensor
    }
    for (task, labels) in tasks {
      let weights = try take("weights", task, [labels, features], .bfloat16)
      let bias = try take("bias", task, [labels], .float32)
      let numbers = try take("combination", task, [3 + labels], .float64).doubles()
      guard numbers.allSatisfy(\.isFinite), numbers[0] > 0, numbers[1] >= 0, numbers[2] >= 0 else {
        throw LearningError.stateDiffers(
          what: "the closed-form head of task \(task)", missing: ["a sharpness above 0 and weights of 0 or more"],
          unused: [numbers.prefix(3).map { "\($0)" }.joined(separator: " ")])
      }
      heads[task] = try CombinedHead(
        ridge: RidgeHead(weights: weights, bias: bias, sharpness: numbers[0]),
        combination: LabelCombination(expert: numbers[1], ridge: numbers[2], bias: Array(numbers[3...])))
    }
    if let unused = rest.keys.filter({ $0.hasPrefix(Self.owner + ".") }).min() {
      throw LearningError.stateDiffers(what: "the closed-form heads", missing: [], unused: [unused])
    }
    return rest
  }
}
