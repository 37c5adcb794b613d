import Testing

@testable import accrete_bench

@Suite struct FitTests {
  private let shape = StepModel.Shape(
    weightBytes: 17e6, parameters: 4e6, headParameters: 0.25e6, layers: 6, callsPerLayer: 20, kvBytesPerToken: 3072,
    expertBytes: 200_000)

  private func figures(_ sequences: Double, length: Double, experts: Double = 0, seconds: Double = 1) -> StepFigures {
    StepFigures(seconds: seconds, tokens: sequences * 1.5, sequences: sequences, length: length, adapters: experts)
  }

  private func points(of model: StepModel, _ all: [StepFigures]) -> [StepModel.Point] {
    all.enumerated().map { place, figures in
      StepModel.Point(
        name: "\(place)",
        figures: StepFigures(
          seconds: model.seconds(figures), tokens: figures.tokens, sequences: figures.sequences, length: figures.length,
          adapters: figures.adapters))
    }
  }

  /// By hand: 17 MB at 10 GB/s are 1.7 ms, 2 · 4e6 · 1.5 at 40 Gop/s 0.3 ms; keys and values 2 · 100 · 3072 B, 0.06144 ms; two experts,
  /// 0.04 ms; 120 calls of 2 µs, 0.24 ms; the head 5e5 operations, 0.0125 ms.
  @Test func secondsOfAStep() {
    let model = StepModel(shape: shape, bandwidth: 10e9, operations: 40e9, call: 2e-6)
    #expect(abs(model.seconds(figures(1, length: 100, experts: 2)) - 2.05394e-3) < 1e-12)
    // With 32 sequences computing takes longer than reading: 2 · 4e6 · 48 at 40 Gop/s are 9.6 ms.
    let wide = 9.6e-3 + 32 * 0.06144e-3 + 0.24e-3 + 32 * 0.0125e-3
    #expect(abs(model.seconds(figures(32, length: 100)) - wide) < 1e-12)
  }

  @Test func findsTheConstantsAgain() throws {
    let truth = StepModel(shape: shape, bandwidth: 12e9, operations: 55e9, call: 1.5e-6)
    let all = points(
      of: truth,
      [
        figures(32, length: 140), figures(1, length: 20), figures(1, length: 400),
        figures(16, length: 140, experts: 16),
      ])
    let fit = try StepModel.fit(all, shape)
    #expect(abs((fit.model.bandwidth ?? 0) / 12e9 - 1) < 1e-6)
    #expect(abs((fit.model.operations ?? 0) / 55e9 - 1) < 1e-6)
    #expect(abs(fit.model.call / 1.5e-6 - 1) < 1e-6)
    #expect(fit.boundByReading == 2 && fit.notes.isEmpty)
    let result = FitResult(fit, all)
    #expect(result.predictions.map(\.isFitted) == [true, true, true, false])
    #expect(result.predictions.allSatisfy { abs($0.errorPercent) < 1e-4 })
  }

  /// What was fitted has small errors by its nature, and does not count.
  @Test func greatestErrorIsThatOfPredictions() throws {
    let truth = StepModel(shape: shape, bandwidth: 12e9, operations: 55e9, call: 1.5e-6)
    let base = points(of: truth, [figures(32, length: 140), figures(1, length: 20), figures(1, length: 400)])
    let fit = try StepModel.fit(base, shape)
    #expect(FitResult(fit, base).greatestErrorPercent == nil)
    let mixed = figures(16, length: 140, experts: 16)
    // Measured four thirds and four fifths of what the model says: it is 25 % too low and 25 % too high.
    let wrong = [4.0 / 3, 4.0 / 5].map { factor in
      StepModel.Point(
        name: "mixed", figures: figures(16, length: 140, experts: 16, seconds: truth.seconds(mixed) * factor))
    }
    let result = FitResult(fit, base + [wrong[0]])
    #expect(abs((result.greatestErrorPercent ?? 0) - 25) < 1e-3)
    #expect(result.predictions.last.map { abs($0.errorPercent + 25) < 1e-3 } == true)
    #expect(abs((FitResult(fit, base + [wrong[1]]).greatestErrorPercent ?? 0) - 25) < 1e-3)
    #expect(FitText.text(result).contains("greatest error of a prediction: 25.0 %"))
  }

  /// Of one, four and 32 sequences of one length another model is as exact: the second point may be bound by either.
  @Test func whatIsAmbiguousIsSaid() throws {
    let truth = StepModel(shape: shape, bandwidth: 12e9, operations: 55e9, call: 1.5e-6)
    let all = points(of: truth, [figures(1, length: 150), figures(4, length: 145), figures(32, length: 140)])
    let fit = try StepModel.fit(all, shape)
    #expect(fit.notes.contains { $0.hasPrefix("other numbers explain") })
    #expect(FitResult(fit, all).predictions.allSatisfy { abs($0.errorPercent) < 1e-4 })
  }

  /// Each time is 3 % too long or too short.
  @Test func noiseStaysSmall() throws {
    let truth = StepModel(shape: shape, bandwidth: 12e9, operations: 55e9, call: 1.5e-6)
    let clean = points(of: truth, [1, 2, 4, 8, 32, 64].map { figures($0, length: 140) })
    let noisy = zip(clean, [1.03, 0.97, 1.03, 0.97, 1.03, 0.97]).map { point, factor in
      StepModel.Point(
        name: point.name,
        figures: StepFigures(
          seconds: point.figures.seconds * factor, tokens: point.figures.tokens, sequences: point.figures.sequences,
          length: point.figures.length, adapters: 0))
    }
    let fit = try StepModel.fit(noisy, shape)
    let result = FitResult(fit, noisy)
    #expect(result.predictions.allSatisfy { abs($0.errorPercent) < 8 })
    #expect(abs((fit.model.operations ?? 0) / 55e9 - 1) < 0.15)
  }

  @Test func threePointsOfTheBaseAreNeeded() {
    let truth = StepModel(shape: shape, bandwidth: 12e9, operations: 55e9, call: 1.5e-6)
    let all = points(of: truth, [figures(1, length: 9), figures(4, length: 9), figures(8, length: 9, experts: 1)])
    #expect(throws: StepModel.NoFit.self) { try StepModel.fit(all, shape) }
  }

  /// The same point three times says one number of the three.
  @Test func whatIsNotIdentifiedIsSaid() throws {
    let truth = StepModel(shape: shape, bandwidth: 12e9, operations: nil, call: 0)
    let fit = try StepModel.fit(points(of: truth, Array(repeating: figures(1, length: 9), count: 3)), shape)
    #expect(!fit.notes.isEmpty)
    #expect(
      FitResult(fit, points(of: truth, [figures(1, length: 9)])).predictions.allSatisfy { abs($0.errorPercent) < 1e-6 })
  }

  @Test func refusesStepsOfNoTime() {
    let all = Array(repeating: StepModel.Point(name: "", figures: figures(1, length: 1, seconds: 0)), count: 3)
    #expect(throws: StepModel.NoFit.self) { try StepModel.fit(all, shape) }
  }

  /// The line through (1, 1), (2, 2), (3, 4) that comes nearest: −2/3 + 3/2 x.
  @Test func leastSquares() throws {
    let line = try #require(LeastSquares.solve([[1, 1], [1, 2], [1, 3]], [1, 2, 4]))
    #expect(abs(line[0] + 2.0 / 3) < 1e-12 && abs(line[1] - 1.5) < 1e-12)
    let exact = try #require(LeastSquares.solve([[2, 0, 1], [0, 3, 0], [1, 0, 1]], [5, 6, 3]))
    #expect(zip(exact, [2, 2, 1]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func leastSquaresOfTooLittle() {
    #expect(LeastSquares.solve([], []) == nil)
    #expect(LeastSquares.solve([[1, 2]], [1]) == nil)
    #expect(LeastSquares.solve([[1, 2], [2, 4], [3, 6]], [1, 2, 3]) == nil)
    #expect(LeastSquares.solve([[0], [0]], [1, 1]) == nil)
    #expect(LeastSquares.solve([[1, 1], [1]], [1, 1]) == nil)
    #expect(LeastSquares.solve([[.nan], [1]], [1, 1]) == nil)
  }
}
