import Decoder
public import Experts
import Files
public import ModelConfiguration
import Randomness
public import Records
public import Torch

/// What every method is made from.
public struct MethodContext: Sendable {
  public let base: DecoderConfiguration
  public let device: Device
  public let shape: LowRankShape
  public let seed: UInt64
  /// How many tasks the run has; `nil` where that is not known.
  public let tasks: Int?
  /// Hyper-parameters of the method that were given, by name; checked by ``MethodCatalog``.
  public let options: [String: HyperparameterValue]
  /// What a task's own expert starts from; `nil`: from an expert that changes nothing yet.
  public let start: LowRankExpert?

  /// Deviation of the initial values of gates and discriminators, as in MoE-CL's released code.
  static let smallDeviation = 0.02

  public init(
    base: DecoderConfiguration, device: Device, shape: LowRankShape, seed: UInt64,
    tasks: Int? = nil, options: [String: HyperparameterValue] = [:], start: LowRankExpert? = nil
  ) {
    self.base = base
    self.device = device
    self.shape = shape
    self.seed = seed
    self.tasks = tasks
    self.options = options
    self.start = start
  }

  /// The number that a hyper-parameter has: the one that was given, or its own.
  public func value(_ parameter: Hyperparameter) -> Double { parameter.number(in: options) }

  /// The same of a whole number.
  public func whole(_ parameter: Hyperparameter) -> Int { Int(saturating: value(parameter)) }

  /// The same of what is on or off.
  func flag(_ parameter: Hyperparameter) -> Bool { value(parameter) != 0 }

  /// The same of one of several words.
  /// - Throws: As ``Hyperparameter/choice(in:)``.
  func choice<Choice: RawRepresentable<String>>(_ parameter: Hyperparameter) throws -> Choice {
    try parameter.choice(in: options)
  }

  /// A seed for the initial values of one tensor: a function of the run's seed and the tensor's name only.
  func initialSeed(_ name: String) -> UInt64 {
    var stream = RandomStream(seed: seed, "init", name)
    return stream.next()
  }

  /// A new expert, which changes nothing yet; one of the context's own rank has what ``start`` has.
  ///
  /// - Parameters:
  ///   - owner: The prefix of its tensors' names, which decides the initial values: `tasks.spam`, `shared`.
  ///   - shape: `nil`: the context's own.
  /// - Throws: `ExpertError` for a shape that the base has no place for; `TorchError`.
  public func newExpert(_ owner: String, _ shape: LowRankShape? = nil) throws -> LowRankExpert {
    let wanted = shape ?? self.shape
    if let start, wanted.rank == start.shape.rank {
      return try LowRankExpert(
        wanted, for: base, tensors: start.tensors.mapValues { try $0.detached().cloned().converted(to: .float32) },
        where: "what \(owner) starts from")
    }
    return try LowRankExpert(wanted, for: base, on: device) { initialSeed("\(owner).\($0)") }
  }

  /// The experts' shape with another rank, and the same α / r.
  func shape(rank: Int) throws -> LowRankShape {
    try LowRankShape(
      rank: rank, alpha: shape.scaling * Double(rank), dropout: shape.dropout, projections: shape.projections,
      routed: shape.routed)
  }

  /// A task's expert of a stored state: in float32 while it is learned, in bfloat16 once it is done.
  ///
  /// - Parameters:
  ///   - owner: The prefix of its tensors' names.
  ///   - tensors: The whole state.
  ///   - method: Who reads it, for errors.
  /// - Throws: `ExpertError`; ``LearningError/stateDiffers(what:missing:unused:)`` for any other type, or both in one.
  public func storedExpert(_ owner: String, _ tensors: [String: Tensor], of method: String) throws -> LowRankExpert {
    let expert = try LowRankExpert(shape, for: base, tensors: owned(by: owner, tensors), where: method)
    let kind: DType = expert.isRounded ? .bfloat16 : .float32
    for (name, tensor) in expert.tensors.sorted(by: { $0.key < $1.key }) where tensor.dtype != kind {
      throw LearningError.stateDiffers(
        what: "\(method), \(owner).\(name)", missing: [kind.rawValue], unused: [tensor.description])
    }
    return expert
  }

  /// A tensor of the normal distribution with mean zero.
  func normal(_ name: String, _ shape: [Int], deviation: Double) throws -> Tensor {
    let tensor = try Tensor(uninitialized: shape, on: device)
    try Generator(seed: initialSeed(name), on: device).fillNormal(tensor, deviation: deviation)
    return tensor
  }
}

/// Tensors with their owner's name in front.
func named(_ owner: String, _ tensors: [String: Tensor]) -> [String: Tensor] {
  Dictionary(uniqueKeysWithValues: tensors.map { ("\(owner).\($0.key)", $0.value) })
}

/// The tensors of one owner, with its name taken off.
func owned(by owner: String, _ tensors: [String: Tensor]) -> [String: Tensor] {
  let prefix = owner + "."
  return Dictionary(
    uniqueKeysWithValues: tensors.compactMap { name, tensor in
      name.hasPrefix(prefix) ? (String(name.dropFirst(prefix.count)), tensor) : nil
    })
}

/// Parameters in a fixed order, by name.
func parameters(_ tensors: [String: Tensor]) -> [FlatParameters.Parameter] {
  tensors.sorted { $0.key < $1.key }.map { FlatParameters.Parameter(name: $0.key, tensor: $0.value) }
}

/// - Throws: ``LearningError/stateDiffers(what:missing:unused:)`` unless the names are the same.
func requireSameNames(_ what: String, expected: some Sequence<String>, got: some Sequence<String>) throws {
  let (expected, got) = (Set(expected), Set(got))
  guard expected == got else {
    throw LearningError.stateDiffers(
      what: what, missing: expected.subtracting(got).sorted(), unused: got.subtracting(expected).sorted())
  }
}

/// A tensor of a stored state, float32 unless said otherwise.
/// - Throws: `ExpertError` when it is not there, or has another shape; ``LearningError/stateDiffers(what:missing:unused:)`` for another type.
func stored(
  _ name: String, _ shape: [Int], _ dtype: DType = .float32, in tensors: [String: Tensor], of method: String
) throws -> Tensor {
  guard let tensor = tensors[name] else { throw ExpertError.missingTensor(where: method, name: name) }
  guard tensor.shape == shape else {
    throw ExpertError.shapeDiffers(where: method, name: name, expected: shape, got: tensor.shape)
  }
  guard tensor.dtype == dtype else {
    throw LearningError.stateDiffers(
      what: "\(method), \(name)", missing: ["\(dtype.rawValue)"], unused: [tensor.description])
  }
  return tensor
}
