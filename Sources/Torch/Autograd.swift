import CTorch

extension Tensor {
  /// A tensor with the same memory that takes no part in gradients.
  public func detached() throws -> Tensor { try Operation.call("aten::detach", [.tensor(self)]) }

  /// Whether operations on this tensor are recorded.
  public var requiresGradient: Bool {
    var result = false
    return accrete_requires_grad(reference, &result) == 0 && result
  }

  /// Makes this leaf collect gradients, or not.
  public func requireGradient(_ required: Bool = true) throws {
    try Operation.check("requires_grad_", [self], torch_set_requires_grad(reference, required))
  }

  /// Adds d self / d leaf to the gradient of every leaf that requires one. `self` has one element.
  public func backward() throws {
    try Operation.check("backward", [self], accrete_backward(reference))
  }

  /// The gradient that has been collected, if any.
  public var gradient: Tensor? {
    var result: TorchTensorRef?
    guard accrete_get_grad(reference, &result) == 0, let result else { return nil }
    return Tensor(owning: result)
  }

  /// Gives the leaf a tensor to collect its gradient in, or takes it away.
  public func setGradient(_ gradient: Tensor?) throws {
    try Operation.check("set_grad", [self], accrete_set_grad(reference, gradient?.reference))
  }
}

/// Runs `body` without recording anything for gradients, on this thread.
@discardableResult
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
  let before = aoti_torch_grad_mode_is_enabled()
  aoti_torch_grad_mode_set_enabled(false)
  defer { aoti_torch_grad_mode_set_enabled(before) }
  return try body()
}
