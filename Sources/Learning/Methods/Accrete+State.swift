import Decoder
import Experts
import ModelConfiguration
public import Torch

/// What Accrete holds, and how it is read again.
extension Accrete {
  /// What a task added, and the shared atoms that it found.
  public func dependencies(of task: TaskIdentity) -> [String: Tensor] {
    let found = arrived.prefix(parts[task] == nil ? arrived.count : task.index)
    return found.reduce(into: parts[task].map { tensors(of: $0, task) } ?? [:]) { result, earlier in
      result.merge(named(owner(earlier, "shared"), parts[earlier]?.shared?.tensors ?? [:])) { first, _ in first }
    }
  }

  public func ownedTensors(of task: TaskIdentity) -> [String: Tensor] {
    parts[task].map { tensors(of: $0, task) } ?? [:]
  }

  func tensors(of parts: Parts, _ task: TaskIdentity) -> [String: Tensor] {
    named(owner(task, "shared"), parts.shared?.tensors ?? [:])
      .merging(named(owner(task, "own"), parts.own.tensors)) { first, _ in first }
      .merging(named(owner(task, "gains"), parts.gains)) { first, _ in first }
  }

  var discriminatorTensors: [String: Tensor] {
    let tensors = adversary?.discriminators ?? []
    return Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ("discriminators.\($0)", $1) })
  }

  public var tensors: [String: Tensor] {
    parts.reduce(into: discriminatorTensors.merging(memory.tensors) { first, _ in first }) { result, entry in
      result.merge(tensors(of: entry.value, entry.key)) { first, _ in first }
    }.merging(routing.tensors) { first, _ in first }
  }

  public func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws {
    (arrived, parts, adversary) = (tasks, [:], nil)
    for task in tasks { parts[task] = try storedParts(task, tensors) }
    let learned = tasks.filter { parts[$0]?.isFrozen == true }.map(\.index)
    guard learned == Array(0..<learned.count), learned.count >= tasks.count - 1 else {
      throw LearningError.stateDiffers(
        what: Self.name, missing: ["learned tasks before \(tasks.last?.name ?? "")"], unused: [])
    }
    try memory.restore(learned: learned, tensors, base: context.base)
    try routing.restore(learned: learned.count, tensors)
    if let task = tasks.last, tensors["discriminators.0"] != nil {
      let shape = [task.index + 1, codes(task.index)]
      let stored = try (0..<context.base.layers).map { layer in
        let name = "discriminators.\(layer)"
        guard let tensor = tensors[name] else { throw ExpertError.missingTensor(where: Self.name, name: name) }
        guard tensor.shape == shape else {
          throw ExpertError.shapeDiffers(where: Self.name, name: name, expected: shape, got: tensor.shape)
        }
        return tensor
      }
      adversary = CodeAdversary(discriminators: stored, tasks: task.index + 1)
    }
    try requireSameNames(Self.name, expected: self.tensors.keys, got: tensors.keys)
  }

  private func storedParts(_ task: TaskIdentity, _ tensors: [String: Tensor]) throws -> Parts {
    let new = plan(task.index)
    func expert(_ part: String, rank: Int) throws -> LowRankExpert {
      try LowRankExpert(
        context.shape(rank: rank), for: context.base, tensors: owned(by: owner(task, part), tensors), where: Self.name)
    }
    let own = try expert("own", rank: new.own)
    var gains: [String: Tensor] = [:]
    let found = found(task.index)
    for position in FactorPosition.all(context.shape, on: context.base) where found > 0 {
      let name = "\(owner(task, "gains")).\(Self.gainName(position))"
      guard let tensor = tensors[name] else { throw ExpertError.missingTensor(where: Self.name, name: name) }
      guard tensor.shape == [found] else {
        throw ExpertError.shapeDiffers(where: Self.name, name: name, expected: [found], got: tensor.shape)
      }
      gains[Self.gainName(position)] = tensor
    }
    let parts = Parts(
      shared: try new.shared > 0 ? expert("shared", rank: new.shared) : nil, own: own, gains: gains,
      isFrozen: own.tensors.values.first?.dtype == .bfloat16)
    let kind = parts.isFrozen ? DType.bfloat16 : .float32
    for (name, tensor) in own.tensors.merging(parts.shared?.tensors ?? [:], uniquingKeysWith: { first, _ in first })
    where tensor.dtype != kind {
      throw LearningError.stateDiffers(
        what: "\(Self.name), \(name)", missing: ["\(kind)"], unused: [tensor.description])
    }
    return parts
  }
}
