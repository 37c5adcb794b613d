/// A fit as a person reads it.
enum FitText {
  static func text(_ result: FitResult) -> String {
    var table = TextTable(["step of", "tokens", "sequences", "experts", "measured ms", "predicted ms", "error %", ""])
    for point in result.predictions {
      table.add([
        point.name, Figures.text(point.step.tokens, places: 1), Figures.text(point.step.sequences, places: 1),
        Figures.text(point.step.adapters, places: 1), Figures.text(point.step.seconds * 1000, places: 3),
        Figures.text(point.predictedSeconds * 1000, places: 3), Figures.text(point.errorPercent, places: 1),
        point.isFitted ? "fitted" : "predicted",
      ])
    }
    let found = [
      "BW      \(Figures.text(result.bytesPerSecond.map { $0 / 1e9 }, places: 3)) GB/s",
      "F       \(Figures.text(result.operationsPerSecond.map { $0 / 1e9 }, places: 3)) Gop/s",
      "t_call  \(Figures.text(result.secondsPerCall * 1e6, places: 3)) µs",
    ].joined(separator: "\n")
    let error = result.greatestErrorPercent.map { ["greatest error of a prediction: \(Figures.text($0, places: 1)) %"] }
    return ([table.text, found] + (error ?? []) + (result.notes.isEmpty ? [] : [result.notes.joined(separator: "\n")]))
      .joined(separator: "\n\n")
  }
}
