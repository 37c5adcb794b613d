/// ``PackedAttention`` on a device.
///
/// Plain sequences are one call for all. A prompt with continuations that do not see each other (groups) is two: each part's tokens to
/// themselves, and the continuations' to their prompt; both results are merged by their log-sum-exps. What neither can do (a window over
/// groups, groups in another order, groups with a backward pass) is computed with a mask, sequence by sequence.
struct DeviceAttention {
  let output: Tensor  // [tokens, heads, headDim]
  private let backwardPass: ((Tensor) throws -> (queries: Tensor, keys: Tensor, values: Tensor))?

  func backward(_ gradient: Tensor) throws -> (queries: Tensor, keys: Tensor, values: Tensor) {
    guard let backwardPass else {
      throw TorchError.unexpectedResult(operation: "attention", expected: "a traced pass", got: "an untraced one")
    }
    return try backwardPass(gradient)
  }

  /// All contiguous. `queries`: [tokens, heads, headDim]; `keys`, `values`: [tokens, kvHeads, headDim].
  init(queries: Tensor, keys: Tensor, values: Tensor, layout: PackedAttention.Layout, tracing: Bool) throws {
    let groups = layout.groups.map { AttentionGroups($0, starts: layout.starts) }
    guard groups == nil || !tracing && layout.window == nil && groups?.isMergeable == true else {
      let masked = MaskedAttention(queries: queries, keys: keys, values: values, layout: layout)
      output = try masked.forward()
      backwardPass = tracing ? { try masked.backward($0) } : nil
      return
    }
    if let groups {
      output = try groups.merged(queries: queries, keys: keys, values: values)
      backwardPass = nil
      return
    }
    let lengths = zip(layout.starts.dropFirst(), layout.starts).map { Int($0 - $1) }
    let rows = try PackedRows(lengths: lengths, cumulative: layout.cumulative, on: queries.device)
    let attention = VarlenAttention(
      queries: queries, keys: keys, values: values, rows: (rows, rows), causal: true, window: layout.window?.size)
    let result = try attention.forward()
    output = result.output
    backwardPass = tracing ? { try attention.backward($0, result) } : nil
  }
}
