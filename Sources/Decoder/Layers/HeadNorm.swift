import Torch

/// RMSNorm over each head of queries and keys.
///
/// After rotation, the statistic of a key does not depend on the gain, and in a score `(q̂ ⊙ g_q) · (k̂ ⊙ g_k) = (q̂ ⊙ g_q ⊙ g_k) · k̂`: the
/// keys' gain is folded into the queries'. Then layers with gains of their own can share one normed key, and a cache holds one
/// for all of them (cross-layer attention, Hunyuan-Large, arXiv 2411.02265, section 2.2.2), exactly. Before rotation that cannot
/// be done, as rotation mixes lanes.
struct HeadNorm: Sendable {
  let order: HeadNormOrder
  /// What queries are multiplied by. [headDim]
  let query: Tensor
  /// What keys are multiplied by: ones where their gain is folded. [headDim]
  let key: Tensor

  /// - Parameters:
  ///   - query: the checkpoint's gain of queries. [headDim]
  ///   - key: the checkpoint's gain of keys. [headDim]
  init(_ order: HeadNormOrder, query: Tensor, key: Tensor) throws {
    self.order = order
    switch order {
    case .beforeRotation: (self.query, self.key) = (query, key)
    case .afterRotation:
      self.query = try query * key
      self.key = try Tensor(repeating: 1, key.shape, on: key.device)
    }
  }
}

/// What attention's projections add. [out] each; nil: nothing.
struct AttentionBiases: Sendable {
  let query: Tensor?
  let key: Tensor?
  let value: Tensor?
  let output: Tensor?
}
