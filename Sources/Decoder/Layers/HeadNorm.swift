import ModelConfiguration
import Torch

/// RMSNorm over each head of queries and keys.
///
/// After rotation, the statistic of a key does not depend on the gain. In a score `(q̂ ⊙ g_q) · (k̂ ⊙ g_k) = (q̂ ⊙ g_q ⊙ g_k) · k̂`, so the
/// keys' gain is folded into the queries'. Then layers with gains of their own can share one normed key exactly, and a cache holds one for
/// all of them (cross-layer attention, Hunyuan-Large, arXiv 2411.02265, section 2.2.2). Before rotation that cannot be done, as rotation
/// mixes lanes.
struct HeadNorm: Sendable {
  let order: HeadNormOrder
  /// The checkpoint's gains. [headDim]
  let ownQuery: Tensor
  let ownKey: Tensor
  /// What queries are multiplied by while nothing trains. [headDim]
  private let query: Tensor
  /// Ones, where the keys' gain is folded. [headDim]
  private let ones: Tensor?

  /// - Parameters:
  ///   - query: The checkpoint's gain of queries. [headDim]
  ///   - key: The checkpoint's gain of keys. [headDim]
  init(_ order: HeadNormOrder, query: Tensor, key: Tensor) throws {
    self.order = order
    (ownQuery, ownKey) = (query, key)
    switch order {
    case .beforeRotation: (self.query, ones) = (query, nil)
    case .afterRotation:
      self.query = try query * key
      ones = try Tensor(repeating: 1, key.shape, on: key.device)
    }
  }

  private var trains: Bool { ownQuery.requiresGradient || ownKey.requiresGradient }

  /// What queries are multiplied by. [headDim]
  func queryGain() throws -> Tensor {
    try order == .afterRotation && trains ? ownQuery * ownKey : query
  }

  /// What keys are multiplied by: ones where their gain is folded. [headDim]
  var keyGain: Tensor { ones ?? ownKey }

  /// Collects the gradient by what queries are multiplied by, in pretraining.
  func collect(query gradient: @autoclosure () throws -> Tensor) throws {
    guard trains else { return }
    let gradient = try gradient()
    switch order {
    case .beforeRotation: try ownQuery.accumulateGradient(gradient)
    case .afterRotation:
      try ownQuery.accumulateGradient(gradient * ownKey)
      try ownKey.accumulateGradient(gradient * ownQuery)
    }
  }

  /// Collects the gradient by what keys are multiplied by, in pretraining.
  func collect(key gradient: @autoclosure () throws -> Tensor) throws {
    if order == .beforeRotation { try ownKey.accumulateGradient(gradient()) }
  }
}

/// What attention's projections add. [out] each; `nil`: nothing.
struct AttentionBiases: Sendable {
  let query: Tensor?
  let key: Tensor?
  let value: Tensor?
  let output: Tensor?
}
