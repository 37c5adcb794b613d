public import Decoder
public import Torch

/// Different experts for different rows of one batch.
///
/// Rows that use the same selection are computed together; a row without one is the base.
public struct GroupedSelection: ExpertSelection {
  private struct Group {
    let selection: (any ExpertSelection)?
    /// The tokens of the group.
    let order: [Int]
    let tokens: Tensor  // int64, the same
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
    // The alignment padding behind the real tokens is the base's.
    let tokens = starts[rows.count] + TokenBatch.alignmentPadding(for: starts[rows.count])
    if tokens > starts[rows.count] { members[-1, default: []] += Array(starts[rows.count]..<tokens) }
    try self.init(
      members.sorted { $0.key < $1.key }.map { key, tokens in (key < 0 ? nil : selections[key], tokens) },
      tokens: tokens, on: device)
  }

  /// `members`: which tokens, of all `tokens`, go to whom.
  private init(_ members: [(selection: (any ExpertSelection)?, tokens: [Int])], tokens: Int, on device: Device) throws {
    groups = try members.map {
      Group(selection: $0.selection, order: $0.tokens, tokens: try Tensor($0.tokens, on: device))
    }
    var place = [Int](repeating: 0, count: tokens)
    for (position, token) in members.flatMap(\.tokens).enumerated() { place[token] = position }
    restore = try Tensor(place, on: device)
    var membership = [Int](repeating: 0, count: tokens)
    for (group, entry) in members.enumerated() {
      for token in entry.tokens { membership[token] = group }
    }
    self.membership = membership
  }

  /// Which of some packed tokens go to whom, as rows of `tokens`; a group that none goes to is left out.
  private func members(of tokens: [Int]) throws -> [(selection: (any ExpertSelection)?, tokens: [Int])] {
    var rows = [[Int]](repeating: [], count: groups.count)
    for (row, token) in tokens.enumerated() {
      guard membership.indices.contains(token) else {
        throw ExpertError.rowsDiffer(expected: membership.count, got: token + 1)
      }
      rows[membership[token]].append(row)
    }
    return zip(groups, rows).filter { !$1.isEmpty }.map { ($0.selection, $1) }
  }

  public func narrowed(to tokens: [Int]) throws -> (any ExpertSelection)? {
    var parts = try members(of: tokens)
    for index in parts.indices {
      guard let selection = parts[index].selection else { continue }
      guard let part = try selection.narrowed(to: parts[index].tokens.map { tokens[$0] }) else { return nil }
      parts[index].selection = part
    }
    return try GroupedSelection(parts, tokens: tokens.count, on: restore.device)
  }

  public func project(
    _ input: Tensor, through weight: WeightMatrix, at projection: Projection, layer: Int, tracing: Bool
  ) throws -> Traced {
    try eachGroup(input, tracing) { tokens, group in
      try group.selection?.project(tokens, through: weight, at: projection, layer: layer, tracing: tracing)
        ?? Traced.linear(tokens, weight, tracing: tracing)
    }
  }

  public func feedForward(_ input: Tensor, through block: FeedForward, layer: Int, tracing: Bool) throws -> Traced {
    try eachGroup(input, tracing) { tokens, group in
      try group.selection?.feedForward(tokens, through: block, layer: layer, tracing: tracing)
        ?? block.forward(tokens, tracing: tracing)
    }
  }

  public func routed(
    _ input: Tensor, through block: FeedForward, visit: RoutedVisit, tracing: Bool
  ) throws -> Traced {
    let tokens = Array(visit.tokens)
    let visitors = try GroupedSelection(members(of: tokens), tokens: tokens.count, on: restore.device)
    return try visitors.eachGroup(input, tracing) { input, group in
      let own = RoutedVisit(layer: visit.layer, expert: visit.expert, tokens: group.order.map { tokens[$0] }[...])
      return try group.selection?.routed(input, through: block, visit: own, tracing: tracing)
        ?? block.forward(input, tracing: tracing)
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
    _ input: Tensor, _ tracing: Bool, _ body: (Tensor, Group) throws -> Traced
  ) throws -> Traced {
    guard input.shape.first == restore.count else {
      throw ExpertError.rowsDiffer(expected: restore.count, got: input.shape.first ?? 0)
    }
    if groups.count == 1, let only = groups.first { return try body(input, only) }
    let parts = try groups.map { try body(input.gathered(0, rows: $0.tokens), $0) }
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
