extension VarlenAttention {
  /// The arguments of `aten::_flash_attention_forward` up to `seqused_k`. Later ones are optional, and 0 on the stack is none: 2.11 has 15
  /// arguments, 2.13 has 17 (`Operation` pads the stack). Where `seqused_k` is there, the operator reads of `cum_seq_k` where rows begin.
  var flashArguments: [Argument] {
    [
      .tensor(queries), .tensor(keys), .tensor(values), .optionalTensor(rows.queries.cumulative),
      .optionalTensor(rows.keys.cumulative), .int(rows.queries.longest), .int(rows.keys.longest), .double(0),
      .bool(causal), .bool(false), .optionalDouble(scale), .optionalInt(windowLeft), .optionalInt(windowRight),
      .optionalTensor(rows.keys.used),
    ]
  }

  /// FlashAttention counts tokens to the left without the token itself.
  private var windowLeft: Int? { window.map { $0 - 1 } }
  private var windowRight: Int? { window.map { _ in 0 } }

  /// FlashAttention-2 (Dao, arXiv 2307.08691).
  func flash() throws -> Result {
    let results = try Operation.call("aten::_flash_attention_forward", results: 5, flashArguments)
    return Result(output: results[0], logSums: results[1], kept: [results[2], results[3]])
  }

  func flashBackward(_ gradient: Tensor, _ result: Result) throws -> (queries: Tensor, keys: Tensor, values: Tensor) {
    let results = try Determinism.required {
      try Operation.call(
        "aten::_flash_attention_backward", results: 3, flashBackwardArguments(gradient, result))
    }
    return (results[0], results[1], results[2])
  }

  /// The arguments of `aten::_flash_attention_backward`, the same in 2.11 and 2.13.
  func flashBackwardArguments(_ gradient: Tensor, _ result: Result) throws -> [Argument] {
    [
      .tensor(try gradient.contiguous()), .tensor(queries), .tensor(keys), .tensor(values), .tensor(result.output),
      .tensor(result.logSums), .tensor(rows.queries.cumulative), .tensor(rows.keys.cumulative),
      .int(rows.queries.longest), .int(rows.keys.longest), .double(0), .bool(causal), .tensor(result.kept[0]),
      .tensor(result.kept[1]), .optionalDouble(scale), .optionalInt(windowLeft), .optionalInt(windowRight),
    ]
  }
}
