import CTorch

extension Tensor {
  /// A tensor with the same memory that takes no part in gradients.
  public func detached() throws -> Tensor { try Operation.call("aten::detach", [.tensor(self)]) }

  /// Whether operations on this tensor are recorded.
  public var requiresGradient: Bool {
    var result = false
    return libtorch.accrete_requires_grad(reference, &result) == 0 && result
  }

  /// Whether an operation on this tensor would be recorded now.
  var isRecorded: Bool { libtorch.aoti_torch_grad_mode_is_enabled() && requiresGradient }

  /// Makes this leaf collect gradients, or not.
  public func requireGradient(_ required: Bool = true) throws {
    try Operation.check("requires_grad_", [self], libtorch.torch_set_requires_grad(reference, required))
  }

  /// Adds d self / d leaf to the gradient of every leaf that requires one. `self` has one element.
  public func backward() throws {
    try Operation.check("backward", [self], libtorch.accrete_backward(reference))
  }

  /// As ``backward()`` for a tensor of any shape, given the gradient that arrives at it.
  public func backward(from gradient: Tensor) throws {
    try Operation.check("backward", [self, gradient], libtorch.accrete_backward_from(reference, gradient.reference))
  }

  /// Adds to the gradient that this leaf collects; nothing when it collects none.
  /// - Throws: ``TorchError/missingGradient(_:)`` when it is to be trained but has no gradient buffer.
  public func accumulateGradient(_ part: @autoclosure () throws -> Tensor) throws {
    guard requiresGradient else { return }
    guard let gradient else { throw TorchError.missingGradient(description) }
    try withoutGradients { try gradient.addInPlace(part()) }
  }

  /// Adds `gᵀ x` to the gradient that this leaf collects, in place, without a temporary product or transposed copies of the factors.
  ///
  /// `self`: [out, in]; `gradient`: [rows, out]; `input`: [rows, in].
  /// - Throws: ``TorchError/missingGradient(_:)`` when it is to be trained but has no gradient buffer.
  public func accumulateProduct(_ gradient: Tensor, _ input: Tensor) throws {
    guard requiresGradient else { return }
    guard let sum = self.gradient else { throw TorchError.missingGradient(description) }
    try withoutGradients { try sum.addProductInPlace(gradient.transposed(0, 1), input) }
  }

  /// Adds rows to those of the gradient that this leaf collects: of a table that rows were taken from.
  ///
  /// `self`: [rows, width]; `part`: [tokens, width]; `ids`: the row that each token took, int64 [tokens].
  /// - Throws: ``TorchError/missingGradient(_:)``; ``TorchError/invalidHyperparameter(name:value:allowed:)`` for a row that is not there.
  public func accumulateRows(_ part: Tensor, at ids: Tensor) throws {
    guard requiresGradient else { return }
    guard let sum = gradient else { throw TorchError.missingGradient(description) }
    guard Kernels.suit(sum), Kernels.suit(part), ids.device == .cpu, sum.isContiguous else {
      return try accumulateGradient(part.embeddingGradient(of: ids, rows: shape[0]))
    }
    try Kernels.require("the gradient of rows", part, [ids.count, sum.shape[1]])
    let (part, rows) = (try part.contiguous(), Int64(sum.shape[0]))
    try ids.contiguous().withBytes { bytes in
      let ids = bytes.bindMemory(to: Int64.self)
      if let wrong = ids.first(where: { !(0..<rows).contains($0) }) {
        throw TorchError.invalidHyperparameter(name: "row", value: "\(wrong)", allowed: "0 to \(rows - 1)")
      }
      accrete_add_rows(
        Int64(ids.count), Int64(sum.shape[1]), ids.baseAddress, try part.kernelMemory(), try sum.kernelMemory(),
        libtorch.accrete_get_threads())
    }
  }

  /// The gradient that has been collected, if any.
  public var gradient: Tensor? {
    var result: TorchTensorRef?
    guard libtorch.accrete_get_grad(reference, &result) == 0, let result else { return nil }
    return Tensor(owning: result)
  }

  /// Gives the leaf a tensor to collect its gradient in, or takes it away.
  public func setGradient(_ gradient: Tensor?) throws {
    try Operation.check("set_grad", [self], libtorch.accrete_set_grad(reference, gradient?.reference))
  }
}

/// Runs `body` without recording anything for gradients, on this thread.
@discardableResult
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
  try recording(false, body)
}

/// Runs `body` with recording, also inside of ``withoutGradients(_:)``.
@discardableResult
public func withGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
  try recording(true, body)
}

private func recording<Result>(_ enabled: Bool, _ body: () throws -> Result) rethrows -> Result {
  let before = libtorch.aoti_torch_grad_mode_is_enabled()
  libtorch.aoti_torch_grad_mode_set_enabled(enabled)
  defer { libtorch.aoti_torch_grad_mode_set_enabled(before) }
  return try body()
}
