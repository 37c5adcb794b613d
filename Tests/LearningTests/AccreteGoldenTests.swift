import Decoder
import Experts
import ModelConfiguration
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Does `accrete` compute what its formulas say, as an independent program in PyTorch reads them?
///
/// In float64 the reference differs from itself by 5e-6 in loss terms, 4e-5 in scores and 3e-5 of a gradient's norm; at most a few
/// numbers of an atom are rounded to the other of two neighbours.
@Suite struct AccreteGoldenTests {
  let goldens: AccreteGoldens

  init() throws { goldens = try AccreteGoldens() }

  @Test func atomsByArrival() throws {
    let method = try goldens.method(before: 0)
    #expect(goldens.document.plans.count == 8)
    for (index, expected) in goldens.document.plans.enumerated() {
      let plan = method.plan(index)
      #expect([plan.shared, plan.own] == expected, "task \(index)")
    }
  }

  /// Start, loss terms, gradients, steps, rounding, stored rows, router: each task from the state that the reference had.
  @Test(arguments: 0..<3) func aTaskIsLearnedAsTheReferenceLearnsIt(task: Int) throws {
    let method = try goldens.method(before: task)
    let training = try goldens.training(task, method)
    let golden = goldens.document.tasks[task].steps
    #expect(training.totalSteps == golden.count && golden.count == 6)
    for (number, terms) in golden.enumerated() {
      let report = try #require(try training.step())
      #expect(Set(report.terms.keys).union(["total", "gradient_norm"]) == Set(terms.keys))
      for (name, value) in report.terms.merging(["total": report.loss], uniquingKeysWith: { first, _ in first }) {
        let expected = try #require(terms[name])
        #expect(abs(value - expected) < 5e-5, "step \(number), \(name): \(value), not \(expected)")
      }
      let norm = try #require(terms["gradient_norm"])
      #expect(abs(report.gradientNorm / norm - 1) < 1e-4, "step \(number): norm \(report.gradientNorm), not \(norm)")
      guard number == 0 || number == golden.count - 1 else { continue }
      let expected = try goldens.all("grad.\(task).\(number).")
      let gradients = try training.parameters.gradientsByName()
      #expect(gradients.keys.sorted() == expected.keys.sorted())
      for (name, gradient) in expected {
        let distance = try relativeDistance(#require(gradients[name]), gradient)
        #expect(distance < 5e-4, "step \(number), \(name) differs by \(distance) of its norm")
      }
    }
    try training.finish()
    try expectParts(method, task, flips: 0.02)
    for (name, rows) in try goldens.memory(after: task) {
      let stored = try #require(method.tensors[name])
      #expect(stored.dtype == .bfloat16)
      #expect(try relativeDistance(stored.converted(to: .float32), rows.converted(to: .float32)) < 1e-3, "\(name)")
    }
    for (name, expected) in try goldens.router(after: task) {
      #expect(try relativeDistance(#require(method.tensors[name]), expected) < 1e-5, "\(name)")
    }
  }

  /// Atoms are the reference's in bfloat16: a number may be the neighbour where float32 lay between two, and few are.
  private func expectParts(_ method: Accrete, _ task: Int, flips: Double) throws {
    let expected = try goldens.parts(of: task)
    let got = method.ownedTensors(of: goldens.identities[task])
    #expect(got.keys.sorted() == expected.keys.sorted())
    var (others, numbers) = (0, 0)
    for (name, golden) in expected {
      let tensor = try #require(got[name])
      #expect(tensor.dtype == golden.dtype && tensor.shape == golden.shape, "\(name)")
      let (values, wanted) = (try tensor.converted(to: .float32).floats(), try golden.converted(to: .float32).floats())
      let isGain = name.contains(".gains.")
      for (value, target) in try paired(values, wanted) {
        #expect(abs(value - target) <= (isGain ? 2e-5 : abs(target) / 128 + 1e-6), "\(name): \(value), not \(target)")
        guard !isGain else { continue }
        numbers += 1
        others += value == target ? 0 : 1
      }
    }
    #expect(numbers > 500 && Double(others) <= flips * Double(numbers), "\(others) of \(numbers) numbers are others")
  }

  /// Scores, statistics and decisions of the reference's own experts.
  @Test func servingAndRouting() throws {
    let method = try goldens.method(before: 3)
    let router = try #require(method.router)
    // The base has two layers of the four that are asked for; instruction and cue are seen.
    #expect(router.view == RequestView(layers: 2, seesInstruction: true))
    for (task, golden) in try paired(goldens.identities, goldens.document.tasks) {
      let predictions = try Evaluator(goldens.model).predictions(
        golden.examples, labels: golden.answers, head: nil, experts: method.selection(for: task))
      let differences = zip(predictions.flatMap(\.scores), golden.scores.flatMap { $0 }).map { abs($0 - $1) }
      #expect(differences.count == 36 && differences.allSatisfy { $0 < 1e-4 }, "\(differences.max() ?? 0)")

      let statistics = try method.statistics(of: task)
      let share = try #require(statistics.first { $0.name == "shared share" }).layers
      #expect(share.count == 2 && zip(share, golden.sharedShare).allSatisfy { abs($0 - $1) < 1e-5 }, "\(share)")
      #expect(statistics.first { $0.name.hasPrefix("probe") }?.layers == golden.probe)

      let features = try RequestFeatures(goldens.model, view: router.view).features(golden.requests)
      let decisions = try router.decisions(features)
      #expect(decisions.map(\.task) == golden.decisions.map(\.arrival) && decisions.count == 7)
      for (got, expected) in try paired(decisions, golden.decisions) {
        #expect(abs(got.distance / expected.distance - 1) < 1e-3, "\(got.distance), not \(expected.distance)")
        #expect(abs(got.confidence - expected.confidence) < 1e-3, "\(got.confidence), not \(expected.confidence)")
      }
    }
  }

  /// From nothing to three learned tasks without the reference's help: what is rounded otherwise once goes on through later tasks.
  @Test func threeTasksInARow() throws {
    let method = try goldens.method(before: 0)
    for task in 0..<3 { try run(goldens.training(task, method)) }
    for task in 0..<3 { try expectParts(method, task, flips: 0.05) }
    for (task, golden) in try paired(goldens.identities, goldens.document.tasks) {
      let scores = try Evaluator(goldens.model).predictions(
        golden.examples, labels: golden.answers, head: nil, experts: method.selection(for: task)
      ).flatMap(\.scores)
      for (got, expected) in try paired(scores, golden.scores.flatMap { $0 }) { #expect(abs(got - expected) < 0.01) }
    }
  }
}
