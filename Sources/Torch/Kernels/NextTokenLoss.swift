import CTorch

extension SpacedRows {
  /// −ln softmax(row)[target] of every row of logits, summed, and `scale` times its gradient by the logits.
  ///
  /// On a CPU the gradient takes the logits' own memory: they must not be used again.
  ///
  /// - Parameters:
  ///   - targets: int64 [rows], each a column.
  ///   - scale: What the gradient is multiplied by.
  /// - Returns: The sum, and the gradient. [rows, columns]
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``, ``TorchError/invalidHyperparameter(name:value:allowed:)`` for a
  ///   target that is not a column.
  public func nextTokenLoss(targets: Tensor, scale: Double) throws -> (sum: Double, gradient: Tensor) {
    let rows = whole.shape[0]
    guard whole.shape.count == 2, width > 0, targets.shape == [rows], targets.dtype == .int64 else {
      throw TorchError.shapeMismatch(what: "targets of a loss", expected: [rows], got: targets.shape)
    }
    guard Kernels.suit(whole), targets.device == .cpu else {
      let logProbabilities = try matrix().logSoftmax(-1)
      let wanted = try targets.unsqueezed(1)  // [rows, 1]
      let picked = try logProbabilities.picked(1, wanted)  // [rows, 1]
      let gradient = try logProbabilities.exp().replacing(1, at: wanted, with: picked.exp() + -1) * scale
      return (try -picked.sum().item(), gradient)
    }
    let targets = try targets.contiguous()
    let losses = try Tensor(uninitialized: [rows])
    try targets.withBytes { bytes in
      let columns = bytes.bindMemory(to: Int64.self)
      if let wrong = columns.first(where: { !(0..<Int64(width)).contains($0) }) {
        throw TorchError.invalidHyperparameter(name: "target", value: "\(wrong)", allowed: "0 to \(width - 1)")
      }
      accrete_cross_entropy(
        Int64(rows), Int64(width), Int64(whole.shape[1]), columns.baseAddress, Float(scale),
        try whole.kernelMemory(), try losses.kernelMemory(), libtorch.accrete_get_threads())
    }
    return (try losses.converted(to: .float64).sum().item(), try matrix())
  }
}
