/// How long a step of a server takes, from what it reads and computes:
///
///     t = max(W/BW, 2·P·T/F) + experts·bytes/BW + sequences·2·length·kv/BW + layers·calls·t_call + 2·P_head·sequences/F
///
/// W: bytes of weights; P: parameters behind no table of tokens; T: tokens of the step. BW, F and t_call are what a fit finds.
struct StepModel: Sendable, Equatable {
  /// What a model and a server's build of it say.
  struct Shape: Codable, Sendable, Equatable {
    /// Bytes of all weights that a step reads, the output head's included.
    let weightBytes: Double
    /// Parameters that each token is multiplied with, without the output head's.
    let parameters: Double
    /// Those of the output head, which only tokens that are read meet.
    let headParameters: Double
    let layers: Double
    /// Calls of kernels in a layer.
    let callsPerLayer: Double
    /// Bytes of a key or a value of one token, over all layers.
    let kvBytesPerToken: Double
    /// Bytes of one expert.
    let expertBytes: Double
  }

  /// A step, as far as the model looks at it.
  struct Point: Sendable, Equatable {
    let name: String
    let figures: StepFigures

    /// Whether no expert is in it.
    var isBaseOnly: Bool { figures.adapters == 0 }
  }

  let shape: Shape
  /// Bytes a second; `nil`: infinitely many, as no point says otherwise.
  let bandwidth: Double?
  /// Operations a second; `nil` as above.
  let operations: Double?
  /// Seconds of a call.
  let call: Double

  /// What the model says of a step.
  func seconds(_ figures: StepFigures) -> Double {
    let reading = bandwidth.map { 1 / $0 } ?? 0
    let computing = operations.map { 1 / $0 } ?? 0
    let weights = max(shape.weightBytes * reading, 2 * shape.parameters * figures.tokens * computing)
    return weights + Self.otherBytes(figures, shape) * reading + Self.headOperations(figures, shape) * computing
      + shape.layers * shape.callsPerLayer * call
  }

  /// Bytes that are read besides the weights: of experts, keys and values.
  static func otherBytes(_ figures: StepFigures, _ shape: Shape) -> Double {
    figures.adapters * shape.expertBytes + figures.sequences * 2 * figures.length * shape.kvBytesPerToken
  }

  static func headOperations(_ figures: StepFigures, _ shape: Shape) -> Double {
    2 * shape.headParameters * figures.sequences
  }
}
