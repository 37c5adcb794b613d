import Decoder
import Randomness
import Records
import Testing

@testable import Learning

/// Is a text's usual distance that of texts of its length?
@Suite struct LengthLawTests {
  /// a + b/n, in any unit, is found again; the mean over the task's own texts is 1.
  @Test(arguments: [(0.5, 8.0), (2, 1), (0.2, 30)]) func lawIsFoundAgain(base: Double, perToken: Double) {
    let points = [1, 2, 4, 8, 16, 32].map { (tokens: $0, distance: 7 * (base + perToken / Double($0))) }
    let lengths = [5, 9, 12, 30]
    let law = LengthLaw(points, lengths: lengths)
    let mean = lengths.reduce(0) { $0 + base + perToken / Double($1) } / 4
    for tokens in [1, 3, 10, 200] {
      let expected = (base + perToken / Double(tokens)) / mean
      // A floor would raise what is below a tenth.
      guard base / mean >= LengthLaw.leastBase else { continue }
      #expect(abs(law(tokens: tokens) - expected) < 1e-9 * expected)
    }
    #expect(abs(lengths.reduce(0) { $0 + law(tokens: $1) } / 4 - 1) < 1e-9)
  }

  /// Nothing follows from little; no law makes a long text infinitely far, or a longer one further.
  @Test func whatDoesNotFollow() {
    #expect(LengthLaw([], lengths: [3]) == .none && LengthLaw.none(tokens: 0) == 1)
    #expect(LengthLaw([(1, 2), (2, 1)], lengths: [3]) == .none)
    #expect(LengthLaw([(1, 2), (2, 1), (4, 0.5)], lengths: []) == .none)
    #expect(LengthLaw([(1, .nan), (2, 1), (4, 0.5)], lengths: [3]) == .none)
    let steep = LengthLaw([(1, 8), (2, 4), (4, 2), (8, 1)], lengths: [8])
    #expect(abs(steep.base - LengthLaw.leastBase) < 1e-12 && abs(steep(tokens: 8) - 1) < 1e-12)
    let rising = LengthLaw([(1, 1), (2, 2), (4, 4), (8, 8)], lengths: [8])
    #expect(rising == .none)
    for (base, perToken) in [(-1.0, 1.0), (.nan, 1), (1, -.infinity), (0, 0)] {
      #expect(LengthLaw(base: base, perToken: perToken) == .none)
    }
  }

  /// The mean over the first tokens of a text is what the text would be if it ended there.
  @Test func beginningsAreShortTexts() throws {
    let model = try Goldens.model()
    let view = RequestView(layers: 1, seesInstruction: false)
    let features = RequestFeatures(model, view: view)
    var stream = RandomStream(seed: 5, "beginnings")
    let texts = (0..<40).map { number in (0..<4 + number % 9).map { _ in 5 + stream.below(20) } }
    let sums = try features.sums(texts)
    let router = try GaussianRouter([TaskSums(features.features(texts))], view: view)
    let metric = try router.metric()
    let points = try [1, 2, 3, 4, 6, 8].compactMap { length -> (tokens: Int, distance: Double)? in
      let cut = texts.filter { $0.count >= length }.map { Array($0.prefix(length)) }
      guard cut.count >= LengthLaw.leastTexts else { return nil }
      let distances = try router.distances(features.features(cut), in: metric).map { $0[0] }
      return (length, distances.reduce(0, +) / Double(distances.count))
    }
    let expected = LengthLaw(points, lengths: texts.map(\.count))
    #expect(points.count > 3 && abs(sums.law.base - expected.base) < 1e-3 * expected.base)
    #expect(abs(sums.law.perToken - expected.perToken) < 1e-3 * expected.perToken && expected.perToken > 0)
  }
}

extension RouterCascadeTests {
  /// A short text of a task is the task's, and a long one as far away is not.
  @Test func lengthsCount() throws {
    let sums = try TaskSums(cloud(0, 0, seed: 61))
    let law = LengthLaw(base: 0.2, perToken: 8)  // 1 for ten tokens
    let known = try TaskSums(mean: sums.mean, scatter: sums.scatter, law: law)
    let cascade = try RouterCascade([known], handicaps: [0], view: view)
    let far = try cloud(6, 0, 20, seed: 62)
    let plain = try cascade.decisions(TextFeatures(far))
    let short = try cascade.decisions(TextFeatures(far, tokens: Array(repeating: 1, count: 20)))
    let long = try cascade.decisions(TextFeatures(far, tokens: Array(repeating: 100, count: 20)))
    for ((plain, short), long) in zip(zip(plain, short), long) {
      #expect(abs(short.distance * 8.2 - plain.distance) < 1e-3 * plain.distance)
      #expect(abs(long.distance * 0.28 - plain.distance) < 1e-3 * plain.distance)
      #expect(short.task == (plain.distance / 8.2 <= 2.5 ? 0 : nil) && long.task == nil)
    }
    #expect(throws: LearningError.self) { try TextFeatures(far, tokens: [1]) }
  }
}
