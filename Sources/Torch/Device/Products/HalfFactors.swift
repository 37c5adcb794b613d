/// All that trains, in bfloat16, copied once a step: a device multiplies its activations with these copies, by one launch for all factors
/// and not by one for each use of each.
///
/// A copy is right until the optimizer moves the values. So the copies are found only within ``during(_:)``, which makes them anew.
package final class HalfFactors: Sendable {
  /// Those of the step that runs now.
  @TaskLocal private static var current: HalfFactors?

  private let values: Tensor  // [count]
  private let halves: Tensor  // bfloat16 [count]
  /// By the tensor that was copied. The tensors are kept, as their places in memory are the keys.
  private let copies: [ObjectIdentifier: (original: Tensor, copy: Tensor)]

  package init(_ parameters: FlatParameters) throws {
    values = parameters.values
    halves = try Tensor(uninitialized: [parameters.count], .bfloat16, on: parameters.values.device)
    var copies: [ObjectIdentifier: (original: Tensor, copy: Tensor)] = [:]
    var offset = 0
    for parameter in parameters.parameters {
      let tensor = parameter.tensor
      let copy = try halves.narrowed(0, from: offset, count: tensor.count).reshaped(tensor.shape)
      copies[ObjectIdentifier(tensor.storage)] = (tensor, copy)
      offset += tensor.count
    }
    self.copies = copies
  }

  /// Runs passes in which nothing that trains moves.
  package func during<Result>(_ passes: () throws -> Result) throws -> Result {
    try halves.copyInPlace(from: values)
    return try Self.$current.withValue(self, operation: passes)
  }

  fileprivate static func copy(of tensor: Tensor) -> Tensor? {
    current?.copies[ObjectIdentifier(tensor.storage)]?.copy
  }
}

extension Tensor {
  /// What factors that meet these activations are multiplied in. On a device it is their own type; the CPU's kernels take float32 factors,
  /// whatever the activations are.
  package var factorType: DType { Kernels.areDevices(self) && isHalf ? .bfloat16 : .float32 }

  /// A factor in the type that products take (``factorType``): the copy of this step if there is one.
  package func factor(in type: DType) throws -> Tensor {
    if type == .bfloat16, !isRecorded, let copy = HalfFactors.copy(of: self) { return copy }
    return try converted(to: type)
  }
}
