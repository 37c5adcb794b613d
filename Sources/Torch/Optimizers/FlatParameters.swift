import CTorch

/// Everything that one optimizer trains, laid out in one flat buffer, its gradients in another.
///
/// The tensors keep their identity: after `init` they are leaves that view the buffer and collect gradients, after
/// ``release()`` they own their memory again and collect none. One buffer means that clipping, the optimizer step and a
/// checkpoint are a few operations, however many small factors there are.
public struct FlatParameters {
  /// A trained tensor and the name that it has in checkpoints and messages.
  public struct Parameter {
    public let name: String
    public let tensor: Tensor
    /// What the learning rate is multiplied by for this tensor.
    public let rateFactor: Double
    /// Whether the optimizer's weight decay is for it.
    public let decays: Bool

    public init(name: String, tensor: Tensor, rateFactor: Double = 1, decays: Bool = true) {
      self.name = name
      self.tensor = tensor
      self.rateFactor = rateFactor
      self.decays = decays
    }
  }

  /// Neighbours in the buffer that have one factor of the learning rate, and weight decay or none.
  struct RateGroup {
    let factor: Double
    let decays: Bool
    let start: Int
    var count: Int
  }

  public let parameters: [Parameter]
  /// All values, one after the other. [count]
  public let values: Tensor
  /// All gradients, in the same positions. [count]
  public let gradients: Tensor
  /// One where all have the same factor.
  let rateGroups: [RateGroup]

  /// - Throws: ``TorchError/emptyTrainableSet``, or when a tensor is not float32 or is listed twice.
  public init(_ parameters: [Parameter]) throws {
    guard !parameters.isEmpty, parameters.allSatisfy({ $0.tensor.count > 0 }) else {
      throw TorchError.emptyTrainableSet
    }
    var names: Set<String> = []
    for parameter in parameters {
      guard names.insert(parameter.name).inserted else {
        throw TorchError.invalidHyperparameter(
          name: "trainable set", value: "`\(parameter.name)` twice", allowed: "each tensor once")
      }
      guard parameter.tensor.dtype == .float32 else {
        throw TorchError.dtypeMismatch(what: parameter.name, expected: .float32, got: parameter.tensor.description)
      }
      guard parameter.rateFactor > 0, parameter.rateFactor.isFinite else {
        throw TorchError.invalidHyperparameter(
          name: "rate factor of \(parameter.name)", value: "\(parameter.rateFactor)", allowed: "a number above 0")
      }
    }
    self.parameters = parameters
    values = try withoutGradients {
      try Tensor.concatenated(parameters.map { try $0.tensor.detached().reshaped([-1]) }).cloned()
    }
    gradients = try Tensor.zeros([values.count], on: values.device)
    var offset = 0
    var groups: [RateGroup] = []
    for parameter in parameters {
      let shape = parameter.tensor.shape
      let count = parameter.tensor.count
      let value = try values.narrowed(0, from: offset, count: count).reshaped(shape)
      try Operation.check(
        "set_data", [parameter.tensor, value], libtorch.accrete_set_data(parameter.tensor.reference, value.reference))
      try parameter.tensor.requireGradient()
      try parameter.tensor.setGradient(gradients.narrowed(0, from: offset, count: count).reshaped(shape))
      if let last = groups.last, last.factor == parameter.rateFactor, last.decays == parameter.decays {
        groups[groups.count - 1].count += count
      } else {
        groups.append(
          RateGroup(factor: parameter.rateFactor, decays: parameter.decays, start: offset, count: count))
      }
      offset += count
    }
    rateGroups = groups
  }

  /// Number of trained values.
  public var count: Int { values.count }

  /// Forgets the gradients of the last step.
  public func zeroGradients() throws { try gradients.fillInPlace(0) }

  /// Scales the gradients down so that their common L2 norm is at most `limit`.
  /// - Returns: The norm before.
  @discardableResult
  public func clipGradients(to limit: Double) throws -> Double {
    let norm = try gradients.squareSum().squareRoot()
    if limit > 0, norm > limit { try gradients.multiplyInPlace(by: limit / (norm + 1e-6)) }
    return norm
  }

  /// The same on a device, where nothing is read: the norm before stays there. []
  public func clipGradientsOnDevice(to limit: Double) throws -> Tensor {
    let norm = try gradients.norm()
    if limit > 0 {
      // min(1, limit / (norm + 1e-6)); NaN stays NaN.
      let factor = try (norm + 1e-6).power(-1) * limit
      try gradients.multiplyInPlace(by: (factor * -1 + 1).relu() * -1 + 1)
    }
    return norm
  }

  /// The gradient of each parameter, by name: copies.
  public func gradientsByName() throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for parameter in parameters {
      guard let gradient = parameter.tensor.gradient else { throw TorchError.missingGradient(parameter.name) }
      result[parameter.name] = try gradient.cloned()
    }
    return result
  }

  /// Leaves with the same memory for values and another buffer for gradients, in the same positions: what a pass beside another one
  /// collects in.
  public func replica() throws -> (tensors: [String: Tensor], gradients: Tensor) {
    let gradients = try Tensor.zeros([count], on: values.device)
    var tensors: [String: Tensor] = [:]
    var offset = 0
    for parameter in parameters {
      let leaf = try parameter.tensor.detached()
      try leaf.requireGradient()
      try leaf.setGradient(gradients.narrowed(0, from: offset, count: leaf.count).reshaped(leaf.shape))
      tensors[parameter.name] = leaf
      offset += leaf.count
    }
    return (tensors, gradients)
  }

  /// Gives every tensor memory of its own and ends its training.
  public func release() throws {
    for parameter in parameters {
      let copy = try parameter.tensor.detached().cloned()
      try parameter.tensor.setGradient(nil)
      try parameter.tensor.requireGradient(false)
      try Operation.check(
        "set_data", [parameter.tensor, copy], libtorch.accrete_set_data(parameter.tensor.reference, copy.reference))
    }
  }
}
