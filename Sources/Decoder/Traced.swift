public import Torch

/// Leads a gradient from a value back to the value's input.
///
/// Adds to the gradients of the trained tensors on its way. Hand-derived: nothing is recorded by libtorch, nothing is computed
/// or kept for frozen weights, and what is cheap is computed again. Called at most once.
///
/// - Parameters:
///   - gradient: Of the loss, by the value.
///   - toInput: Whether the gradient by the input is wanted; `nil` comes back when it is not.
public typealias Pullback = (_ gradient: Tensor, _ toInput: Bool) throws -> Tensor?

/// A value with its backward pass.
public struct Traced {
  public let value: Tensor
  /// `nil` when nothing was to be traced (inference).
  public let pullback: Pullback?

  /// - Parameters:
  ///   - value: The result.
  ///   - tracing: Whether `pullback` is kept; without it, what it holds is freed at once.
  ///   - pullback: The backward pass.
  public init(_ value: Tensor, tracing: Bool, pullback: @escaping Pullback) {
    self.value = value
    self.pullback = tracing ? pullback : nil
  }

  /// A value without a backward pass.
  init(_ value: Tensor) {
    (self.value, pullback) = (value, nil)
  }

  /// A value whose backward pass is another's.
  init(_ value: Tensor, backwardPass: BackwardPass) {
    self.value = value
    pullback = backwardPass.pullback
  }

  /// A product with a matrix of the base. `x`: [tokens, in]; `weight`: [out, in] → [tokens, out].
  ///
  /// Only a matrix that is pretrained has a gradient; its input is kept for it.
  public static func linear(_ x: Tensor, _ weight: WeightMatrix, tracing: Bool) throws -> Traced {
    let kept = tracing && weight.trained != nil ? x : nil
    return Traced(try x.linear(weight), tracing: tracing) { gradient, toInput in
      if let kept { try weight.trained?.accumulateProduct(gradient, kept) }
      return toInput ? try gradient.linearTransposed(weight) : nil
    }
  }

  /// What is computed in float32 of a value that may be bfloat16; the result and the gradient by the value are as the value is.
  ///
  /// - Parameters:
  ///   - x: [tokens, in]
  ///   - tracing: Whether the backward pass is kept.
  ///   - body: Computes with `x` as float32.
  public static func inFloat32(_ x: Tensor, tracing: Bool, _ body: (Tensor) throws -> Traced) throws -> Traced {
    guard let type = x.dtype, type != .float32 else { return try body(x) }
    let result = try body(x.converted(to: .float32))
    let backwardPass = result.backwardPass
    return Traced(try result.value.converted(to: type), tracing: tracing) { gradient, toInput in
      try backwardPass.backward(gradient.converted(to: .float32), toInput: toInput)?.converted(to: type)
    }
  }

  /// The backward pass alone: what holds it does not hold the value.
  public var backwardPass: BackwardPass { BackwardPass(pullback: pullback) }
}

/// The backward pass of a value that itself is not needed any more.
public struct BackwardPass {
  let pullback: Pullback?

  /// Where the input's gradient is wanted.
  /// - Throws: `TorchError.unexpectedResult` when nothing was traced.
  public func backward(_ gradient: Tensor) throws -> Tensor {
    guard let result = try pullback?(gradient, true) else {
      throw TorchError.unexpectedResult(operation: "pullback", expected: "a traced value", got: "an untraced one")
    }
    return result
  }

  /// For the trained tensors and, if wanted, the input.
  public func backward(_ gradient: Tensor, toInput: Bool) throws -> Tensor? {
    if toInput { return try backward(gradient) }
    return try pullback?(gradient, false)
  }
}
