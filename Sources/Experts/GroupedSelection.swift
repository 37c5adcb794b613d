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
  /// The group of each token.
  private let membership: [Int]
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
    try self.init(
      members.sorted { $0.key < $1.key }.map { key, tokens in (key < 0 ? nil : selections[key], tokens) },
      tokens: tokens, on: device)
  }

  /// `members`: which tokens, of all `tokens`, go to whom.
  private init(_ members: [(selection: (any ExpertSelection)?, tokens: [Int])], tokens: Int, on device: Device) throws {
    groups = try members.map { Group(selection: $0.selection, tokens: try Tensor($0.tokens, on: device)) }
    var place = [Int](repeating: 0, count: tokens)
    for (position, token) in members.flatMap(\.tokens).enumerated() { place[token] = position }
    restore = try Tensor(place, on: device)
    var membership = [Int](repeating: 0, count: tokens)
    for (group, entry) in members.enumerated() {
      for token in entry.tokens { membership[token] = group }
    }
    self.membership = membership
  }

  public func narrowed(to tokens: [Int]) throws -> (any ExpertSelection)? {
    var members: [(selection: (any ExpertSelection)?, tokens: [Int])] = []
    for (group, entry) in groups.enumerated() {
      let rows = tokens.indices.filter { membership.indices.contains(tokens[$0]) && membership[tokens[$0]] == group }
      guard let selection = entry.selection else {
        members.append((nil, rows))
        continue
      }
      guard let part = try selection.narrowed(to: rows.map { tokens[$0] }) else { return nil }
      members.append((part, rows))
    }
    return try GroupedSelection(members.filter { !$0.tokens.isEmpty }, tokens: tokens.count, on: restore.device)
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

  public func routed(
    _ input: Tensor, through block: FeedForward, visit: RoutedVisit, tracing: Bool
  ) throws -> Traced {
    if let stranger = visit.tokens.first(where: { !membership.indices.contains($0) }) {
      throw ExpertError.rowsDiffer(expected: membership.count, got: stranger + 1)
    }
    // Visitors of one group after the other; a group that sends nobody does not run.
    let byGroup = Dictionary(grouping: visit.tokens.indices) { membership[visit.tokens[$0]] }.sorted { $0.key < $1.key }
    let device = input.device
    let parts = try byGroup.map { group, places -> (rows: Tensor, output: Traced) in
      let rows = try Tensor(places.map { $0 - visit.tokens.startIndex }, on: device)
      let part = RoutedVisit(layer: visit.layer, expert: visit.expert, tokens: places.map { visit.tokens[$0] }[...])
      let visitors = try byGroup.count == 1 ? input : input.gathered(0, rows: rows)
      let output =
        try groups[group].selection?.routed(visitors, through: block, visit: part, tracing: tracing)
        ?? block.forward(visitors, tracing: tracing)
      return (rows: rows, output: output)
    }
    if parts.count == 1 { return parts[0].output }
    var place = [Int](repeating: 0, count: visit.tokens.count)
    for (position, index) in byGroup.flatMap(\.value).enumerated() { place[index - visit.tokens.startIndex] = position }
    let order = try Tensor(place, on: device)
    let output = try Tensor.concatenated(parts.map(\.output.value)).gathered(0, rows: order)
    return Traced(output, tracing: tracing) { gradient, toInput in
      let inputs = try parts.compactMap { part in
        try part.output.way.pulledBack(gradient.gathered(0, rows: part.rows), toInput: toInput)
      }
      return toInput ? try Tensor.concatenated(inputs).gathered(0, rows: order) : nil
    }
  }

  public func trainsRouted(layer: Int) -> Bool {
    groups.contains { $0.selection?.trainsRouted(layer: layer) == true }
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
