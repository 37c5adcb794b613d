public import Decoder
public import Torch

/// Different experts for different rows of one batch.
///
/// Rows that use the same selection are computed together; a row without one is the base.
public struct GroupedSelection: ExpertSelection {
  private struct Group {
    let selection: (any ExpertSelection)?
    let rows: Tensor  // int64 [rows of the group]
  }

  private let groups: [Group]
  /// For each row of the batch, where it is once the groups' rows are put one after the other. int64 [batch]
  private let restore: Tensor

  /// - Parameters:
  ///   - selections: the distinct ones.
  ///   - rows: for each row of the batch, which of `selections` it uses; nil is the base.
  ///   - device: where the batch is.
  /// - Throws: ``ExpertError/invalidHyperparameter(name:value:allowed:)`` for an index out of range.
  public init(_ selections: [any ExpertSelection], rows: [Int?], on device: Device = .cpu) throws {
    var members: [Int: [Int]] = [:]  // −1: the base
    for (row, choice) in rows.enumerated() {
      if let choice, !selections.indices.contains(choice) {
        throw ExpertError.invalidHyperparameter(
          name: "expert of row \(row)", value: "\(choice)", allowed: "0 to \(selections.count - 1)")
      }
      members[choice ?? -1, default: []].append(row)
    }
    let ordered = members.sorted { $0.key < $1.key }
    groups = try ordered.map { key, rows in
      Group(selection: key < 0 ? nil : selections[key], rows: try Tensor(rows, on: device))
    }
    var place = [Int](repeating: 0, count: rows.count)
    for (position, row) in ordered.flatMap(\.value).enumerated() { place[row] = position }
    restore = try Tensor(place, on: device)
  }

  public func project(_ input: Tensor, through weight: Tensor, at projection: Projection, layer: Int) throws -> Tensor {
    try eachGroup(input) { rows, selection in
      try selection?.project(rows, through: weight, at: projection, layer: layer) ?? rows.linear(weight)
    }
  }

  public func feedForward(_ input: Tensor, through block: FeedForward, layer: Int) throws -> Tensor {
    try eachGroup(input) { rows, selection in
      try selection?.feedForward(rows, through: block, layer: layer) ?? block.forward(rows)
    }
  }

  private func eachGroup(
    _ input: Tensor, _ body: (Tensor, (any ExpertSelection)?) throws -> Tensor
  ) throws -> Tensor {
    guard input.shape.first == restore.count else {
      throw ExpertError.rowsDiffer(expected: restore.count, got: input.shape.first ?? 0)
    }
    if groups.count == 1, let only = groups.first { return try body(input, only.selection) }
    let parts = try groups.map { try body(input.gathered(0, rows: $0.rows), $0.selection) }
    return try Tensor.concatenated(parts).gathered(0, rows: restore)
  }
}
