import Decoder
import Experts
import Files
import ModelConfiguration
public import Torch

/// What Moses holds, and how it is read again.
///
///     weights.experts.E.FACTOR, scores.experts.E.FACTOR   what goes on training (FACTOR: layers.0.gate_proj.A)
///     tasks.TASK.layers.L.gate | masks | values            what serves the tasks: values of an entry are with the first task that uses it
///     router.…
extension Moses {
  private func owner(_ task: TaskIdentity, _ layer: Int) -> String { "tasks.\(task.name).layers.\(layer)" }

  func gateTensors(of part: Part, _ task: TaskIdentity) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: part.gates.enumerated().map { ("\(owner(task, $0)).gate", $1) })
  }

  private func tensors(of part: Part, _ task: TaskIdentity) -> [String: Tensor] {
    part.kept.enumerated().reduce(into: gateTensors(of: part, task)) { result, entry in
      result["\(owner(task, entry.offset)).masks"] = entry.element.masks
      result["\(owner(task, entry.offset)).values"] = entry.element.values
    }
  }

  /// Gates, masks, and the values of the entries that the task was the first to use: of all tasks together, all that serves them.
  public func ownedTensors(of task: TaskIdentity) -> [String: Tensor] {
    parts[task].map { tensors(of: $0, task) } ?? [:]
  }

  /// What the task and those before it keep: it may use entries of each. While it is learned, what trains too.
  public func dependencies(of task: TaskIdentity) -> [String: Tensor] {
    guard let part = parts[task] else { return [:] }
    return arrived.prefix(task.index + 1).reduce(into: part.isLearned ? [:] : pool.tensors) { result, earlier in
      result.merge(ownedTensors(of: earlier)) { first, _ in first }
    }
  }

  public var tensors: [String: Tensor] {
    parts.reduce(into: pool.tensors.merging(routing.tensors) { first, _ in first }) { result, entry in
      result.merge(tensors(of: entry.value, entry.key)) { first, _ in first }
    }
  }

  public func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws {
    (arrived, parts) = (tasks, [:])
    try pool.restore(tensors)
    var learned = 0
    for task in tasks {
      let part = try storedPart(task, tensors)
      parts[task] = part
      guard part.isLearned else { continue }
      guard learned == task.index else {
        throw LearningError.stateDiffers(
          what: Self.name, missing: ["masks of every task before \(task.name)"], unused: [])
      }
      learned += 1
      try own(part, task)
    }
    guard learned >= tasks.count - 1 else {
      throw LearningError.stateDiffers(what: Self.name, missing: ["masks of every task but the last"], unused: [])
    }
    try routing.restore(learned: learned, tensors)
    try requireSameNames(Self.name, expected: self.tensors.keys, got: tensors.keys)
  }

  private func storedPart(_ task: TaskIdentity, _ tensors: [String: Tensor]) throws -> Part {
    func take(_ layer: Int, _ name: String, _ dtype: DType, count: Int?) throws -> Tensor {
      let name = "\(owner(task, layer)).\(name)"
      guard let tensor = tensors[name] else { throw ExpertError.missingTensor(where: Self.name, name: name) }
      guard tensor.dtype == dtype else {
        throw TorchError.dtypeMismatch(what: name, expected: dtype, got: tensor.description)
      }
      guard tensor.shape == [count ?? tensor.count] else {
        throw ExpertError.shapeDiffers(
          where: Self.name, name: name, expected: [count ?? tensor.count], got: tensor.shape)
      }
      return tensor
    }
    let layers = 0..<context.base.layers
    var part = Part(gates: try layers.map { try take($0, "gate", .float32, count: pool.count) })
    if tensors["\(owner(task, 0)).masks"] != nil {
      part.kept = try layers.map {
        Kept(masks: try take($0, "masks", .uint8, count: nil), values: try take($0, "values", .bfloat16, count: nil))
      }
    }
    return part
  }

  // MARK: Masks

  /// The masks of a learned task.
  /// - Throws: ``LearningError/malformedMask(what:rule:)`` for bytes that are not masks, or masks of another density.
  func storedMasks(of part: Part) throws -> Masks {
    var masks: Masks = [:]
    for (layer, kept) in part.kept.enumerated() {
      let positions = try pool.positions(layer: layer, of: chosen(by: part.gates[layer]))
      let bits = try MaskCode.decode(kept.masks.bytes(), entries: positions.reduce(0) { $0 + pool.entries($1) })
      var start = 0
      for position in positions {
        let own = Array(bits[start..<start + pool.entries(position)])
        let (count, expected) = (own.count { $0 }, choice.count(of: own.count))
        guard count == expected else {
          throw LearningError.malformedMask(
            what: "a stored mask of \(position.name)",
            rule: "\(count) entries are chosen, \(expected) follow from the density")
        }
        masks[position] = try Tensor(own, shape: pool.score(position).shape, on: context.device)
        start += own.count
      }
    }
    return masks
  }

  /// The entries that a task was the first to use become its own again.
  private func own(_ part: Part, _ task: TaskIdentity) throws {
    let masks = try storedMasks(of: part)
    for (layer, kept) in part.kept.enumerated() {
      let positions = try pool.positions(layer: layer, of: chosen(by: part.gates[layer]))
      let new = try positions.map { try pool.new($0, in: Self.find($0, in: masks)) }
      let counts = try new.map { Int(saturating: try $0.sum().item()) }
      guard counts.reduce(0, +) == kept.values.count else {
        throw LearningError.malformedMask(
          what: "\(owner(task, layer)).values",
          rule: "there are \(kept.values.count), the masks have \(counts.reduce(0, +)) new entries")
      }
      var start = 0
      for (index, position) in positions.enumerated() {
        try pool.own(position, new[index], kept.values.narrowed(0, from: start, count: counts[index]))
        start += counts[index]
      }
    }
  }
}
