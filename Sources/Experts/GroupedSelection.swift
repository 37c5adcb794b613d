public import Decoder
public import Torch

/// Different experts for different rows of one batch.
///
/// Rows that use the same selection are computed together; a row without one is the base.
public struct GroupedSelection: ExpertSelection {
  private struct Group {
    let selection: (any ExpertSelection)?
    let tokens: Tensor  // int64 [tokens of the group]
  }

  private let groups: [Group]
  /// For each token of the batch, where it is once the groups' tokens are put one after the other. int64 [tokens]
  private let restore: Tensor

  /// - Parameters:
  ///   - selections: the distinct ones.
  ///   - rows: for each row of the batch, which of `selections` it uses; nil is the base.
  ///   - lengths: real tokens of each row.
  ///   - device: where the batch is.
  /// - Throws: ``ExpertError/invalidHyperparameter(name:value:allowed:)`` for an index out of range.
  public init(_ selections: [any ExpertSelection], rows: [Int?], lengths: [Int], on device: Device = .cpu) throws {
    guard rows.count == lengths.count else { throw ExpertError.rowsDiffer(expected: rows.count, got: lengths.count) }
    let starts = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    var members: [Int: [Int]] = [:]  // −1: the base
    for (row, choice) in rows.enumerated() {
      if let choice, !selections.indices.contains(choice) {
        throw ExpertError.invalidHyperparameter(
          name: "expert of row \(row)", value: "\(choice)", allowed: "0 to \(selections.count - 1)")
      }
      members[choice ?? -1, default: []] += Array(starts[row]..<starts[row + 1])
    }
    // The filler behind the real tokens is the base's.
    let tokens = starts[rows.count] + TokenBatch.filler(for: starts[rows.count])
    if tokens > starts[rows.count] { members[-1, default: []] += Array(starts[rows.count]..<tokens) }
    let ordered = members.sorted { $0.key < $1.key }
    groups = try ordered.map { key, tokens in
      Group(selection: key < 0 ? nil : selections[key], tokens: try Tensor(tokens, on: device))
    }
    var place = [Int](repeating: 0, count: tokens)
    for (position, token) in ordered.flatMap(\.value).enumerated() { place[token] = position }
    restore = try Tensor(place, on: device)
  }

  public func project(
    _ input: Tensor, through weight: FrozenMatrix, at projection: Projection, layer: Int, tracing: Bool
  ) throws -> Traced {
    try eachGroup(input, tracing) { tokens, selection in
      try selection?.project(tokens, through: weight, at: projection, layer: layer, tracing: tracing)
        ?? Traced.linear(tokens, weight, tracing: tracing)
    }
  }

  public func feedForward(_ input: Tensor, through block: FeedForward, layer: Int, tracing: Bool) throws -> Traced {
    try eachGroup(input, tracing) { tokens, selection in
      try selection?.feedForward(tokens, through: block, layer: layer, tracing: tracing)
        ?? block.forward(tokens, tracing: tracing)
    }
  }

  public func enter(layer: Int, again: Bool) {
    for group in groups { group.selection?.enter(layer: layer, again: again) }
  }

  public func trainsAttention(layer: Int) -> Bool {
    groups.contains { $0.selection?.trainsAttention(layer: layer) == true }
  }

  private func eachGroup(
    _ input: Tensor, _ tracing: Bool, _ body: (Tensor, (any ExpertSelection)?) throws -> Traced
  ) throws -> Traced {
    guard input.shape.first == restore.count else {
      throw ExpertError.rowsDiffer(expected: restore.count, got: input.shape.first ?? 0)
    }
    if groups.count == 1, let only = groups.first { return try body(input, only.selection) }
    let parts = try groups.map { try body(input.gathered(0, rows: $0.tokens), $0.selection) }
    let output = try Tensor.concatenated(parts.map(\.value)).gathered(0, rows: restore)
    let groups = groups
    let order = restore
    return Traced(output, tracing: tracing) { gradient, toInput in
      let inputs = try zip(parts, groups).compactMap { part, group in
        try part.way.pulledBack(gradient.gathered(0, rows: group.tokens), toInput: toInput)
      }
      return toInput ? try Tensor.concatenated(inputs).gathered(0, rows: order) : nil
    }
  }
}
