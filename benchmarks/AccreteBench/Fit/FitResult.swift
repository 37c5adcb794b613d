/// A fit beside what was measured, as its file has it.
struct FitResult: Codable, Sendable, Equatable {
  static let format = "accrete-bench-fit/1"

  /// What the model says of a measurement.
  struct Prediction: Codable, Sendable, Equatable {
    let name: String
    /// Whether the model was fitted to it.
    let isFitted: Bool
    let step: StepFigures
    let predictedSeconds: Double
    /// (predicted / measured − 1) · 100.
    let errorPercent: Double
  }

  var format = Self.format
  let formula: String
  let shape: StepModel.Shape
  let bytesPerSecond: Double?
  let operationsPerSecond: Double?
  let secondsPerCall: Double
  let notes: [String]
  let predictions: [Prediction]
  /// Of what was predicted, in either direction; `nil`: all was fitted.
  let greatestErrorPercent: Double?

  init(_ fit: StepModel.Fit, _ points: [StepModel.Point]) {
    formula =
      "step.seconds = max(weightBytes/BW, 2 parameters step.tokens/F) + step.adapters expertBytes/BW + step.sequences 2 step.length"
      + " kvBytesPerToken/BW + layers callsPerLayer t_call + 2 headParameters step.sequences/F"
    shape = fit.model.shape
    (bytesPerSecond, operationsPerSecond, secondsPerCall) = (fit.model.bandwidth, fit.model.operations, fit.model.call)
    notes = fit.notes
    predictions = points.map { point in
      let predicted = fit.model.seconds(point.figures)
      return Prediction(
        name: point.name, isFitted: point.isBaseOnly, step: point.figures, predictedSeconds: predicted,
        errorPercent: point.figures.seconds > 0 ? (predicted / point.figures.seconds - 1) * 100 : 0)
    }
    greatestErrorPercent = predictions.filter { !$0.isFitted }.map { abs($0.errorPercent) }.max()
  }
}
