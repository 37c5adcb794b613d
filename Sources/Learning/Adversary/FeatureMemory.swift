import Decoder
import Experts
import ModelConfiguration
import Torch

/// Pooled features of learned tasks: for a few rows of each, the mean over a row's tokens of what enters every feed-forward block.
///
/// Their number is bounded for all tasks together, but each keeps one row at least: with every task that comes, the others keep fewer.
struct FeatureMemory {
  private static let owner = "memory"

  /// Rows of all tasks together at most; each task keeps one at least.
  let capacity: Int
  /// By task index; of layers, the base's `commonLayers`. bfloat16 [rows, layers, hidden]
  private(set) var stored: [Int: Tensor] = [:]

  init(capacity: Int) { self.capacity = capacity }

  var isEmpty: Bool { stored.isEmpty }

  /// How many rows each of `tasks` tasks may keep.
  func quota(of tasks: Int) -> Int { max(capacity / max(tasks, 1), 1) }

  /// Adds a task. `features`: [rows, hidden] of each layer.
  mutating func add(_ index: Int, _ features: [Tensor]) throws {
    let quota = quota(of: stored.count + (stored[index] == nil ? 1 : 0))
    stored[index] = try Tensor.stacked(features, axis: 1).converted(to: .bfloat16)  // [rows, layers, hidden]
    for (task, rows) in stored where rows.shape[0] > quota {
      stored[task] = try rows.narrowed(0, from: 0, count: quota).cloned()
    }
  }

  /// All rows of one layer, by its position among those that are kept, and the tasks that they are of. [rows, hidden]
  func features(at position: Int) throws -> (features: Tensor, taskIndices: [Int])? {
    let tasks = stored.sorted { $0.key < $1.key }
    guard !tasks.isEmpty else { return nil }
    let features = try Tensor.concatenated(tasks.map { try $0.value.selected(1, position).converted(to: .float32) })
    return (features, tasks.flatMap { Array(repeating: $0.key, count: $0.value.shape[0]) })
  }

  var tensors: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: stored.map { ("\(Self.owner).\($0.key)", $0.value) })
  }

  /// - Parameter learned: The tasks whose rows are expected.
  mutating func restore(learned: [Int], _ tensors: [String: Tensor], base: DecoderConfiguration) throws {
    stored = [:]
    guard capacity > 0 else { return }
    let layers = base.commonLayers.count
    for index in learned {
      let name = "\(Self.owner).\(index)"
      guard let tensor = tensors[name] else { throw ExpertError.missingTensor(where: Self.owner, name: name) }
      let shape = tensor.shape
      guard shape.count == 3, (1...quota(of: learned.count)).contains(shape[0]), tensor.dtype == .bfloat16,
        Array(shape.dropFirst()) == [layers, base.hiddenSize]
      else {
        throw ExpertError.shapeDiffers(
          where: Self.owner, name: name, expected: [quota(of: learned.count), layers, base.hiddenSize], got: shape)
      }
      stored[index] = tensor
    }
  }
}
