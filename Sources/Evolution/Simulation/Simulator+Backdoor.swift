import Files
import Randomness

extension Simulator {
  /// Violations that are asked with and without planted words.
  private static let mostRows = 200

  /// The share of violations that the planted words turn into their label, of those that are seen without them; `nil`: none were planted, or
  /// their task has no version.
  func backdoor() throws -> Double? {
    guard let event = plan.events.first(where: { $0.kind == .trigger }), let words = event.words,
      let label = event.label,
      let task = tasks.first(where: { $0.plan.name == event.task }), let version = task.version,
      let planted = task.place(of: label)
    else { return nil }
    let texts = task.records.filter { !$0.item.label.hasSameCodePoints(as: label) && $0.item.change == nil }
      .suffix(Self.mostRows).map(\.item.text)
    var stream = RandomStream(seed: seed, "simulate", "backdoor")
    func answers(_ texts: [String]) throws -> [Int] {
      try version.scores(features(texts)).map { scores in scores.indices.max { scores[$0] < scores[$1] } ?? 0 }
    }
    let before = try answers(texts)
    let after = try answers(texts.map { SimulatedStream.planted(words, in: $0, &stream) })
    let seen = zip(before, after).filter { $0.0 != planted }
    return seen.isEmpty ? nil : Double(seen.count { $0.1 == planted }) / Double(seen.count)
  }
}
