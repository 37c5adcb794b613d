import Decoder
public import Experts
public import Torch

/// An expert whose factors are computed from trained tensors for one pass: masked, concatenated, or weighted ones.
///
/// The decoder's backward pass ends at leaves that have the factors' values; ``collectGradients()`` takes it on through the recorded
/// operations to the trained tensors.
public struct DerivedExpert {
  /// What the pass uses.
  public let expert: LowRankExpert
  private let links: [Link]

  private struct Link {
    let value: Tensor
    let leaf: Tensor
  }

  /// - Parameters:
  ///   - shape: Of the result.
  ///   - context: What it plugs into.
  ///   - training: Whether gradients are wanted.
  ///   - factor: Computes one factor; its operations are recorded when `training`. A: [rank, in], B: [out, rank].
  public init(
    _ shape: LowRankShape, _ context: MethodContext, training: Bool, factor: (FactorPosition) throws -> Tensor
  ) throws {
    var links: [Link] = []
    var tensors: [String: Tensor] = [:]
    for position in FactorPosition.all(shape, on: context.base) {
      let value = try training ? withGradients { try factor(position) } : withoutGradients { try factor(position) }
      guard training, value.requiresGradient else {
        tensors[position.name] = value
        continue
      }
      let leaf = try value.detached()
      try leaf.requireGradient()
      try leaf.setGradient(Tensor.zeros(leaf.shape, on: leaf.device))
      links.append(Link(value: value, leaf: leaf))
      tensors[position.name] = leaf
    }
    expert = try LowRankExpert(shape, for: context.base, tensors: tensors, where: "a derived expert")
    self.links = links
  }

  /// Adds what the leaves collected to the gradients of the trained tensors.
  public func collectGradients() throws {
    for link in links {
      guard let gradient = link.leaf.gradient else { throw TorchError.missingGradient("a derived factor") }
      try link.value.backward(from: gradient)
    }
  }
}
