extension VarlenAttention {
  /// 0: all keys; 2: causal, counted from the last key.
  private var maskType: Int { causal ? 2 : 0 }

  /// The operator has no groups: keys are repeated to the query heads. [1, tokens, heads, headDim]
  private func repeated(_ x: Tensor) throws -> Tensor {
    let shape = x.shape
    let wide = try groups == 1 ? x : x.unsqueezed(2).expanded([shape[0], shape[1], groups, shape[2]])
    return try wide.reshaped([1, shape[0], shape[1] * groups, shape[2]])
  }

  var efficientArguments: [Argument] {
    get throws {
      [
        .tensor(try queries.unsqueezed(0)), .tensor(try repeated(keys)), .tensor(try repeated(values)),
        .optionalTensor(nil), .optionalTensor(rows.queries.cumulative), .optionalTensor(rows.keys.cumulative),
        .optionalInt(rows.queries.longest), .optionalInt(rows.keys.longest), .double(0), .int(maskType),
        .bool(rows.keys.used == nil),
        .optionalDouble(scale), .optionalTensor(rows.keys.used), .optionalInt(window),
      ]
    }
  }

  /// The same in float32: on GPUs before Ampere the operator has no bfloat16.
  private func widened() throws -> VarlenAttention {
    VarlenAttention(
      queries: try queries.converted(to: .float32), keys: try keys.converted(to: .float32),
      values: try values.converted(to: .float32), rows: rows, causal: causal, window: window)
  }

  /// Memory-efficient attention (Rabe and Staats, arXiv 2112.05682), in float32; what is bfloat16 is rounded at the end.
  func efficient() throws -> Result {
    guard !queries.isHalf else {
      let result = try widened().efficient()
      return Result(
        output: try result.output.converted(to: .bfloat16), logSums: result.logSums, kept: result.kept)
    }
    let results = try Operation.call(
      "aten::_efficient_attention_forward", results: 6, tensors: 4, efficientArguments)
    // Over a cache nobody wants the sums.
    guard rows.keys.used == nil else {
      return Result(output: try results[0].selected(0, 0), logSums: results[1], kept: [])
    }
    // Its sums are padded row by row: [rows, heads, queries of the longest row, rounded up].
    let parts = try rows.queries.lengths.enumerated().filter { $1 > 0 }.map { row, count in
      try results[1].selected(0, row).narrowed(1, from: 0, count: count)
    }
    return Result(
      output: try results[0].selected(0, 0),
      logSums: try parts.isEmpty ? results[1].selected(0, 0) : Tensor.concatenated(parts, axis: 1), kept: results)
  }

  func efficientBackward(_ gradient: Tensor, _ result: Result) throws
    -> (queries: Tensor, keys: Tensor, values: Tensor)
  {
    guard !queries.isHalf else {
      let wide = try widened().efficientBackward(gradient.converted(to: .float32), result)
      return (
        try wide.queries.converted(to: .bfloat16), try wide.keys.converted(to: .bfloat16),
        try wide.values.converted(to: .bfloat16)
      )
    }
    let results = try Determinism.required {
      try Operation.call(
        "aten::_efficient_attention_backward", results: 4, tensors: 3,
        efficientBackwardArguments(gradient, result))
    }
    /// The query heads of a group add up.
    func summed(_ x: Tensor) throws -> Tensor {
      let shape = keys.shape
      return try x.reshaped([shape[0], shape[1], groups, shape[2]]).sum(2)
    }
    return (try results[0].selected(0, 0), try summed(results[1]), try summed(results[2]))
  }

  func efficientBackwardArguments(_ gradient: Tensor, _ result: Result) throws -> [Argument] {
    [
      .tensor(try gradient.contiguous().unsqueezed(0)), .tensor(try queries.unsqueezed(0)),
      .tensor(try repeated(keys)), .tensor(try repeated(values)), .optionalTensor(nil), .tensor(result.kept[0]),
      .optionalTensor(rows.queries.cumulative), .optionalTensor(rows.keys.cumulative), .int(rows.queries.longest),
      .int(rows.keys.longest), .tensor(result.kept[1]), .double(0), .tensor(result.kept[2]), .tensor(result.kept[3]),
      .int(maskType), .bool(false), .optionalDouble(scale), .optionalInt(nil), .optionalInt(window), .bool(false),
    ]
  }
}
