import Decoder
import Experts
public import Generation
import Learning
import ModelConfiguration
public import Records
import Torch

/// The base of a run, and what is trained beside it.
public struct TaughtBase: Sendable, Equatable {
  /// The name or the folder that the configuration has.
  public var name: String
  /// `LlamaForCausalLM` and the like.
  public var architecture: String
  public var parameters: Int
  /// How the matrices of its layers are held.
  public var precision: String
  /// What its products are computed in.
  public var compute: String
  public var device: String
  public var threads: Int
  /// The run's method; of a comparison all methods.
  public var methods: [String]
  public var outputHead: OutputHead
  public var rank: Int
  /// Numbers of one expert: 0 where none is trained.
  public var expertParameters: Int

  /// Of a configuration whose base is loaded.
  ///
  /// - Parameter configuration: What is to be learned how.
  /// - Parameter base: Its base.
  /// - Throws: `ExpertError` for an invalid shape.
  public init(_ configuration: RunConfiguration, _ base: Base) throws {
    name = configuration.base
    architecture = base.model.configuration.family.architecture
    parameters = base.model.parameterCount
    precision = base.model.heldPrecision.rawValue
    compute = base.model.compute.rawValue
    device = "\(base.model.device)"
    threads = configuration.threads
    methods = [configuration.method]
    outputHead = configuration.outputHead
    rank = configuration.rank
    expertParameters =
      try outputHead.hasExpert ? configuration.shape().parameterCount(on: base.model.configuration) : 0
  }
}
