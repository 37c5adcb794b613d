/// How a checkpoint packs its matrices into 4 bits, as its `quantization_config` says.
public struct PackedWeights: Sendable, Equatable, Codable {
  /// Who wrote it, and with that the order of numbers in a word.
  public enum Form: String, Sendable, Codable {
    case gptq, awq
  }

  public var form: Form
  /// Neighbouring inputs with one scale; `nil`: all of them.
  public var groupSize: Int?
  /// Whether inputs have groups in an order of their own (`desc_act`), which `g_idx` lists.
  public var ordersInputs: Bool
  /// Whether zeros are stored less 1, as in GPTQ's first format.
  public var zerosAreLessOne: Bool

  enum CodingKeys: String, CodingKey {
    case form = "quant_method"
    case groupSize = "group_size"
    case ordersInputs = "desc_act"
    case zerosAreLessOne = "zeros_less_one"
  }

  /// Scales of an output.
  ///
  /// - Parameter inputs: Of the matrix.
  public func groups(ofInputs inputs: Int) -> Int { groupSize.map { (inputs + $0 - 1) / $0 } ?? 1 }
}
