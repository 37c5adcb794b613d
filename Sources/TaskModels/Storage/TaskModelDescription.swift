public import Decoder
public import Experts
import Files
import Learning
public import ModelConfiguration
public import Records

/// What a version's manifest says of its task model; the tensors are blobs beside it.
public struct TaskModelDescription: Sendable, Codable, Equatable {
  public var form: TaskForm
  /// `nil` for free answers.
  public var head: OutputHead?
  /// Of the expert; `nil`: there is none.
  public var shape: LowRankShape?
  /// `nil` for free answers.
  public var combination: LabelCombination?
  /// Of a task with several labels; `nil` for others.
  public var labelSets: LabelSetCombination?
  /// β of the ridge head; `nil`: there is none.
  public var sharpness: Double?
  /// What the base computes in; `nil`: float32.
  public var compute: ComputePrecision?
  /// How the base's matrices were held as it was learned, where that rounds what its files have; `nil`: it did not. It answers as it was
  /// learned and checked only where they are held so again.
  public var weights: WeightPrecision?

  /// Describes a task model.
  ///
  /// - Parameters:
  ///   - model: What is described.
  ///   - weights: How the base that it was learned on is held: `DecoderModel.roundedTo`.
  public init(_ model: TaskModel, weights: WeightPrecision? = nil) {
    form = model.form
    head = model.head
    shape = model.expert?.shape
    combination = model.combination
    labelSets = model.labelSets
    sharpness = model.ridge?.sharpness
    compute = model.compute == .float32 ? nil : model.compute
    self.weights = weights
  }

  /// What is written of ``weights``: float32 holds what the files have, and int4 is what they have.
  private static let roundings: [WeightPrecision] = [.bfloat16, .int8, .fp8, .nf4]

  /// Reads what a manifest says.
  ///
  /// - Throws: `DecodingError`, also for weights that no base is rounded to.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    form = try keys.decode(TaskForm.self, forKey: .form)
    head = try keys.decodeIfPresent(OutputHead.self, forKey: .head)
    shape = try keys.decodeIfPresent(LowRankShape.self, forKey: .shape)
    combination = try keys.decodeIfPresent(LabelCombination.self, forKey: .combination)
    labelSets = try keys.decodeIfPresent(LabelSetCombination.self, forKey: .labelSets)
    sharpness = try keys.decodeIfPresent(Double.self, forKey: .sharpness)
    compute = try keys.decodeIfPresent(ComputePrecision.self, forKey: .compute)
    weights = try keys.decodeIfPresent(String.self, forKey: .weights).map { text in
      guard let weights = Self.roundings.first(where: { $0.rawValue.hasSameCodePoints(as: text) }) else {
        throw DecodingError.dataCorruptedError(
          forKey: .weights, in: keys,
          debugDescription: "expected: \(Self.roundings.map(\.rawValue).joined(separator: ", ")), or no such key")
      }
      return weights
    }
  }

  /// Whether a base is held so that the task answers as it was learned.
  public func suits(_ base: DecoderModel) -> Bool {
    base.roundedTo == weights && (compute != .bfloat16 || base.suitsHalfProducts)
  }
}
