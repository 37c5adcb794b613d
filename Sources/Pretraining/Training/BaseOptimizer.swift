public import Decoder
import Records
public import Torch

/// Moves all weights of a base: AdamW over one flat buffer, and with Muon another one of the layers' matrices.
public struct BaseOptimizer {
  private let options: OptimizerOptions
  private let plain: FlatParameters
  private var adam: AdamW
  private let matrices: FlatParameters?
  private let muon: Muon?

  /// - Parameters:
  ///   - decoder: Its weights collect gradients from now on.
  ///   - options: What moves them.
  ///   - state: As ``state`` gave it; `nil`: a fresh one.
  ///   - step: Steps that were done with that state.
  /// - Throws: `TorchError` for options out of range and for the state of other weights.
  public init(
    _ decoder: TrainableDecoder, _ options: OptimizerOptions, state: [String: Tensor]? = nil, step: Int = 0
  ) throws {
    self.options = options
    let usesMuon = options.kind == .muon
    func parameter(_ weight: TrainableDecoder.Weight) -> FlatParameters.Parameter {
      FlatParameters.Parameter(
        name: weight.name, tensor: weight.tensor, rateFactor: weight.isRouted ? options.routedRateFactor : 1,
        decays: weight.tensor.shape.count == 2)
    }
    // Neighbours that are alike are moved in one operation. The order is part of a checkpoint's meaning: names decide last.
    func ordered(_ weights: [TrainableDecoder.Weight]) -> [FlatParameters.Parameter] {
      func key(_ weight: TrainableDecoder.Weight) -> (Int, Int, Int, Int, String) {
        let shape = weight.tensor.shape
        return (weight.isRouted ? 1 : 0, shape.count, shape.first ?? 0, shape.last ?? 0, weight.name)
      }
      return weights.sorted { key($0) < key($1) }.map(parameter)
    }
    plain = try FlatParameters(ordered(decoder.weights.filter { !(usesMuon && $0.isHiddenMatrix) }))
    matrices = usesMuon ? try FlatParameters(ordered(decoder.weights.filter(\.isHiddenMatrix))) : nil
    if let state {
      adam = try AdamW(
        for: plain, weightDecay: options.weightDecay, firstMoment: Self.named(Key.firstMoment, state),
        secondMoment: Self.named(Key.secondMoment, state), step: step)
    } else {
      adam = try AdamW(for: plain, weightDecay: options.weightDecay)
    }
    adam.betas = OptimizerOptions.betas
    muon = try matrices.map {
      try Muon(
        for: $0, weightDecay: options.weightDecay, momentum: state.map { try Self.named(Key.momentum, $0) })
    }
  }

  /// Number of trained values.
  public var count: Int { plain.count + (matrices?.count ?? 0) }

  /// Forgets the gradients of the last step.
  public func zeroGradients() throws {
    try plain.zeroGradients()
    try matrices?.zeroGradients()
  }

  /// Gradients of all weights, collected beside the optimizer's own.
  struct Gradients: Sendable {
    fileprivate let plain: Tensor
    fileprivate let matrices: Tensor?

    func zero() throws {
      try plain.fillInPlace(0)
      try matrices?.fillInPlace(0)
    }
  }

  /// Leaves that share the weights and collect gradients of their own.
  func replica() throws -> (tensors: [String: Tensor], gradients: Gradients) {
    let (first, second) = (try plain.replica(), try matrices?.replica())
    return (
      first.tensors.merging(second?.tensors ?? [:]) { one, _ in one },
      Gradients(plain: first.gradients, matrices: second?.gradients)
    )
  }

  /// Adds what was collected elsewhere.
  func add(_ gradients: Gradients) throws {
    try plain.gradients.addInPlace(gradients.plain)
    if let part = gradients.matrices { try matrices?.gradients.addInPlace(part) }
  }

  /// The common norm of all gradients; not finite if one of them is not.
  public func gradientNorm() throws -> Double {
    try (plain.gradients.squareSum() + (matrices?.gradients.squareSum() ?? 0)).squareRoot()
  }

  /// Clips and moves.
  /// - Parameters:
  ///   - rate: η of this step.
  ///   - norm: As ``gradientNorm()`` gave it.
  public mutating func update(rate: Double, norm: Double) throws {
    if options.gradientClip > 0, norm > options.gradientClip {
      let scale = options.gradientClip / (norm + 1e-6)
      try plain.gradients.multiplyInPlace(by: scale)
      try matrices?.gradients.multiplyInPlace(by: scale)
    }
    try adam.update(plain, rate: rate)
    if let matrices { try muon?.update(matrices, rate: rate) }
  }
}

extension BaseOptimizer {
  private enum Key {
    static let firstMoment = "optimizer.first_moment"
    static let secondMoment = "optimizer.second_moment"
    static let momentum = "optimizer.momentum"
  }

  /// What another one needs to go on, but for the weights. The tensors are those that train: write them before the next step.
  public var state: [String: Tensor] {
    var state = [Key.firstMoment: adam.firstMoment, Key.secondMoment: adam.secondMoment]
    if let muon { state[Key.momentum] = muon.momentum }
    return state
  }

  private static func named(_ key: String, _ state: [String: Tensor]) throws -> Tensor {
    guard let tensor = state[key] else { throw TorchError.missingTensor(path: "the optimizer's state", name: key) }
    return tensor
  }
}
