/// Attention of rows of packed tokens to rows of packed keys, as libtorch's operators for GPUs compute it.
///
/// Query i of a row of n queries and m keys sees all keys, or (``causal``) the first m − n + i + 1: the last query sees the last key. With a
/// ``window`` it sees only the last `window` of these. Query heads share key heads in groups. Rows of keys may be those of a cache, which
/// begin anywhere and of which a part is used (``PackedRows/used``); these have no backward pass.
struct VarlenAttention {
  let queries: Tensor  // [query tokens, heads, headDim]
  let keys: Tensor  // [key tokens, kvHeads, headDim]
  let values: Tensor  // [key tokens, kvHeads, headDim]
  let rows: (queries: PackedRows, keys: PackedRows)
  let causal: Bool
  let window: Int?

  struct Result {
    let output: Tensor  // [query tokens, heads, headDim]
    /// log Σ exp of each query's scores, −∞ where it sees no key; float32. Not to be read of rows of a cache. [heads, query tokens]
    let logSums: Tensor
    /// What the operator's own backward pass wants again; empty for the composed one.
    let kept: [Tensor]
  }

  /// Which operator computes it.
  enum Way: String, Sendable { case flash, efficient, composed }

  var scale: Double { 1 / Double(queries.shape[2]).squareRoot() }
  var groups: Int { queries.shape[1] / max(keys.shape[1], 1) }

  var way: Way {
    let device = queries.device
    return Self.way(
      isHalf: queries.isHalf && DeviceOperations.suitsHalfProducts(on: device), headDim: queries.shape[2], on: device)
  }

  /// FlashAttention takes bfloat16 and heads of at most 256, a multiple of 8; the other operator computes in float32. Neither is there on a
  /// CPU.
  ///
  /// - Parameters:
  ///   - isHalf: Whether queries are bfloat16, and the GPU has FlashAttention for it (from compute capability 8.0 on).
  ///   - headDim: The width of a head.
  ///   - device: Where it is computed.
  static func way(isHalf: Bool, headDim: Int, on device: Device) -> Way {
    guard device.kind == .cuda, headDim % 8 == 0, headDim <= 256 else { return .composed }
    return isHalf ? .flash : .efficient
  }

  func forward() throws -> Result {
    switch way {
    case .flash: try flash()
    case .efficient: try efficient()
    case .composed: try composed()
    }
  }

  /// The same where every row has one query: the query heads of a group as its queries, all of which see all its keys. So the operator for
  /// float32, which knows no groups, gets no repeated keys. `nil`: some row has more, or nothing is to be gained.
  ///
  /// Its output is [rows · groups, kvHeads, headDim].
  func folded() throws -> (attention: VarlenAttention, groups: Int, kvHeads: Int)? {
    guard groups > 1, window == nil, rows.queries.lengths.allSatisfy({ $0 == 1 }) else { return nil }
    let (tokens, kvHeads, dim) = (queries.shape[0], keys.shape[1], queries.shape[2])
    let split = try queries.reshaped([tokens, kvHeads, groups, dim]).transposed(1, 2)
      .reshaped([tokens * groups, kvHeads, dim]).contiguous()
    let wide = try PackedRows(
      lengths: [Int](repeating: groups, count: tokens),
      cumulative: (rows.queries.cumulative * Double(groups)).converted(to: .int32), on: queries.device)
    let attention = VarlenAttention(
      queries: split, keys: keys, values: values, rows: (wide, rows.keys), causal: false, window: nil)
    return (attention, groups, kvHeads)
  }

  /// From the gradient by the output to those by queries, keys and values.
  func backward(_ gradient: Tensor, _ result: Result) throws -> (queries: Tensor, keys: Tensor, values: Tensor) {
    switch way {
    case .flash: try flashBackward(gradient, result)
    case .efficient: try efficientBackward(gradient, result)
    case .composed: try composedBackward(gradient, result)
    }
  }
}
