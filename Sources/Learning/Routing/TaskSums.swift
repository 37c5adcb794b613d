import Decoder
import Files
public import Torch

/// What a ``GaussianRouter`` keeps of one task, apart from all others: whoever adds the sums of some tasks up has the router of these.
///
/// Taking a task away is adding the others up again, which is exact; subtracting would not be.
public struct TaskSums: Sendable {
  /// The mean of the features, and behind it the number of rows. float32 [width + 1]
  public let mean: Tensor
  /// Σ (x − μ)(x − μ)ᵀ, its upper triangle row after row. float32 [width (width + 1) / 2]
  public let scatter: Tensor
  /// What is usual for a text of some length.
  public let law: LengthLaw

  /// No sum of hidden states comes near it.
  private static let largest = 1e18

  /// How many rows they come from.
  public var rows: Int { get throws { Int(saturating: try mean.selected(0, mean.shape[0] - 1).item()) } }
  /// How wide the features are.
  public var width: Int { mean.shape[0] - 1 }

  /// - Parameter features: [rows, width]
  /// - Throws: `TorchError`; ``LearningError/unsupported(what:fix:)`` without rows; `DecoderError.resultNotFinite(what:)` where the base's
  ///   numbers overflow.
  public init(_ features: Tensor) throws {
    guard features.shape.count == 2, features.shape[0] > 0 else {
      throw LearningError.unsupported(what: "a router that learns from no rows", fix: "Give the task rows.")
    }
    let x = try features.moved(to: .cpu).converted(to: .float64)
    let mean = try x.mean(0)  // [width]
    let centred = try x - mean
    let rows = try Tensor([Float(x.shape[0])])
    self.mean = try Tensor.concatenated([mean.converted(to: .float32), rows])
    scatter = try Triangle.packed(centred.transposedProduct(centred)).converted(to: .float32)
    law = .none
    // As stored sums, which are refused: here it is the base that made them.
    guard try Self.greatest(self.mean, scatter) <= Self.largest else {
      throw DecoderError.resultNotFinite(what: "what the base makes of the task's texts, and sums of it,")
    }
  }

  /// Of texts with known lengths, with the law by which distances depend on them.
  ///
  /// - Parameter texts: All of the task's.
  /// - Parameter beginnings: The first tokens of texts of the task, by their number. [rows, width] each
  /// - Throws: As ``init(_:)``.
  init(_ texts: TextFeatures, beginnings: [(tokens: Int, means: Tensor)]) throws {
    let plain = try TaskSums(texts.means)
    // One task by itself: distances in its own metric, whose unit does not matter.
    let router = try GaussianRouter([plain], view: RequestView(layers: 0, seesInstruction: false))
    let metric = try router.metric()
    let points = try beginnings.map { tokens, means in
      let distances = try router.distances(means, in: metric)
      return (tokens: tokens, distance: distances.reduce(0) { $0 + ($1.first ?? 0) } / Double(max(distances.count, 1)))
    }
    try self.init(
      mean: plain.mean, scatter: plain.scatter, law: LengthLaw(points, lengths: texts.tokens ?? []))
  }

  /// The greatest size of a number; NaN where one of the numbers is NaN.
  private static func greatest(_ mean: Tensor, _ scatter: Tensor) throws -> Double {
    let parts = try [mean.abs().maximum().item(), scatter.abs().maximum().item()]
    return parts.contains(where: \.isNaN) ? .nan : parts.max() ?? .nan
  }

  /// Sums that were stored.
  /// - Throws: ``LearningError/stateDiffers(what:missing:unused:)`` for other shapes.
  public init(mean: Tensor, scatter: Tensor, law: LengthLaw = .none) throws {
    guard mean.shape.count == 1, let size = mean.shape.first, size > 1, scatter.shape == [Triangle.count(size - 1)]
    else {
      throw LearningError.stateDiffers(
        what: "the router", missing: ["scatter of a mean \(mean.shape)"], unused: ["\(scatter.shape)"])
    }
    // A number that is none, or far beyond what a model makes, would make every distance one.
    let largest = try Self.greatest(mean, scatter)
    let rows = try mean.selected(0, size - 1).item()
    guard mean.dtype == .float32, scatter.dtype == .float32, largest <= Self.largest, rows >= 1 else {
      throw LearningError.stateDiffers(
        what: "the router", missing: ["finite float32 sums of at least one row"],
        unused: ["numbers up to \(largest) of \(rows) rows"])
    }
    self.mean = mean
    self.scatter = scatter
    self.law = law
  }
}
