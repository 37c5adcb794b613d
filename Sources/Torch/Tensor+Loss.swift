extension Tensor {
  /// The sum over rows of −log softmax(self)[target]. `self`: logits [rows, classes]; `targets`: int64 [rows] → [].
  public func crossEntropySum(_ targets: Tensor) throws -> Tensor {
    let reduction = 2  // at::Reduction::Sum
    return try Operation.call(
      "aten::cross_entropy_loss",
      [.tensor(self), .tensor(targets), .optionalTensor(nil), .int(reduction), .int(-100), .double(0)])
  }

  /// The mean over rows of −log softmax(self)[target].
  public func crossEntropyMean(_ targets: Tensor) throws -> Tensor {
    try crossEntropySum(targets) * (1 / Double(max(targets.count, 1)))
  }

  /// log softmax(self)[target] of each row. `self`: [rows, classes]; `targets`: int64 [rows] → [rows].
  public func logProbabilities(of targets: Tensor) throws -> Tensor {
    try logSoftmax(-1).picked(1, targets.unsqueezed(1)).squeezed(1)
  }
}
