extension DeviceOperations {
  /// −ln softmax(logits)[target] of each row, and its gradient by the logits, which takes their memory where a kernel computes it.
  ///
  /// - Parameters:
  ///   - logits: Not to be used again. [rows, columns]
  ///   - targets: Each a column. int64 [rows]
  /// - Returns: float32 [rows]; [rows, columns] of the logits' type.
  public static func nextTokenLoss(_ logits: Tensor, targets: Tensor) throws -> (losses: Tensor, gradient: Tensor) {
    let (rows, width) = (logits.shape[0], logits.shape[1])
    guard let kernels = kernels(for: logits) else {
      let logProbabilities = try logits.converted(to: .float32).logSoftmax(-1)
      let wanted = try targets.unsqueezed(1)  // [rows, 1]
      let picked = try logProbabilities.picked(1, wanted)  // [rows, 1]
      let gradient = try logProbabilities.exp().replacing(1, at: wanted, with: picked.exp() + -1)
      return (try picked.squeezed(1) * -1, try gradient.converted(to: logits.dtype ?? .float32))
    }
    let (gradient, targets) = (try logits.contiguous(), try targets.contiguous())
    let losses = try Tensor(uninitialized: [rows], on: logits.device)
    try kernels.launch(
      "cross_entropy", types: [gradient.kernelType], rows: rows,
      [
        .int(rows), .int(width), .int(width), .tensor(targets), .float(1), .tensor(gradient), .tensor(losses),
      ])
    return (losses, gradient)
  }
}
