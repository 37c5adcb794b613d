import Assurance
import Files

/// What a certificate says of its rows as a whole, for those who watch whether the stream still is as it was.
struct CertifiedSummary: Equatable {
  /// The share of the rows that have the side's label.
  let prevalence: Double
  /// Rows by their label, and by the label that is most probable to the model.
  let confusion: [[Int]]
  /// Rows by their probability, in parts of equal width from 0 to 1.
  let histogram: [Int]

  /// How many parts the histogram has.
  static let parts = 20

  init(_ rows: [CalibrationRow], labels: [String], label: Int, scale: TemperatureScaling) {
    var confusion = Array(repeating: Array(repeating: 0, count: labels.count), count: labels.count)
    var histogram = Array(repeating: 0, count: Self.parts)
    var (count, positive) = (0, 0)
    for row in rows {
      guard let name = row.label else { continue }
      let gold = labels.firstIndex { $0.hasSameCodePoints(as: name) }
      count += 1
      if gold == label { positive += 1 }
      guard !row.isBeyondModel, let probabilities = try? scale.probabilities(row.scores) else { continue }
      if let gold, let top = probabilities.indices.max(by: { probabilities[$0] < probabilities[$1] }),
        labels.indices.contains(top)
      {
        confusion[gold][top] += 1
      }
      guard probabilities.indices.contains(label) else { continue }
      histogram[min(Self.parts - 1, Int(saturating: probabilities[label] * Double(Self.parts)))] += 1
    }
    prevalence = count > 0 ? Double(positive) / Double(count) : 0
    self.confusion = confusion
    self.histogram = histogram
  }
}
