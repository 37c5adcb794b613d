import Assurance
import Foundation
import Randomness
import Testing

@testable import Evolution

/// Are unknown texts found, known ones left alone, and alike ones put together?
@Suite struct NoveltyTests {
  /// Rows around an axis of their own.
  private func rows(_ count: Int, axis: Int, width: Int = 16, spread: Double = 0.4, seed: UInt64) -> [[Float]] {
    var stream = RandomStream(seed: seed, "test", "novelty", "\(axis)")
    return (0..<count).map { _ in
      (0..<width).map { Float(($0 == axis ? 1 : 0) + (stream.share() - 0.5) * spread) }
    }
  }

  @Test func aNewTaskIsUnknownAndTheKnownAreNot() throws {
    let known = try (0..<3).map { try FeatureRows(rows(120, axis: $0, seed: 1)) }
    let neighbours = try NearestNeighbours(keeping: known)
    let heldOut = try FeatureRows((0..<3).flatMap { rows(100, axis: $0, seed: 2) })
    let cut = try NoveltyCut(distances: neighbours.distances(heldOut))
    #expect(cut.falseUnknown.successes <= 6)
    #expect(cut.falseUnknown.n == 300)
    let fresh = try neighbours.distances(FeatureRows((0..<3).flatMap { rows(100, axis: $0, seed: 3) }))
    #expect(fresh.count { cut.isUnknown(distance: $0) } <= 18)
    let new = try neighbours.distances(FeatureRows(rows(100, axis: 9, seed: 4)))
    #expect(new.count { cut.isUnknown(distance: $0) } >= 95)
  }

  @Test func theTenthNeighbourCounts() throws {
    // Ten kept rows straight on, one at a right angle: the tenth is straight on, too.
    let kept = try FeatureRows([[Float]](repeating: [2, 0], count: 10) + [[0, 3]])
    let neighbours = try NearestNeighbours(keeping: [kept])
    let distances = try neighbours.distances(FeatureRows([[5, 0], [0, 1], [0, 0]]))
    #expect(distances[0] < 1e-6)
    #expect(abs(distances[1] - 2.0.squareRoot()) < 1e-6)
    #expect(abs(distances[2] - 2.0.squareRoot()) < 1e-6)
    #expect(throws: (any Error).self) { try neighbours.distances(FeatureRows([[1, 2, 3]])) }
    #expect(throws: (any Error).self) { try NearestNeighbours(keeping: []) }
  }

  @Test func routerAndDistanceShareOneBudget() throws {
    let distances = (0..<100).map(Double.init)
    let routed = (0..<100).map { $0 == 3 }
    let cut = try NoveltyCut(distances: distances, routed: routed)
    #expect(cut.distance == 98)
    #expect(cut.falseUnknown.successes == 2)
    let full = try NoveltyCut(distances: distances, routed: (0..<100).map { $0 < 5 })
    #expect(full.distance == nil)
    #expect(full.falseUnknown.successes == 5)
    #expect(!full.isUnknown(distance: 1e9))
    #expect(full.isUnknown(distance: 0, routed: true))
    #expect(cut.isUnknown(distance: .nan))
    #expect(throws: (any Error).self) { try NoveltyCut(distances: []) }
    #expect(throws: (any Error).self) { try NoveltyCut(distances: [1], routed: []) }
    #expect(throws: (any Error).self) { try NoveltyCut(distances: [1], share: .nan) }
  }

  @Test func tiesNeverCallMoreUnknown() throws {
    let cut = try NoveltyCut(distances: [Double](repeating: 1, count: 100))
    #expect(cut.falseUnknown.successes == 0)
  }

  private func items(_ count: Int, axis: Int, sources: Int, days: Int, seed: UInt64, prefix: String) -> [UnknownItem] {
    rows(count, axis: axis, seed: seed).enumerated().map { number, features in
      UnknownItem(
        id: "\(prefix)\(number)", source: "s\(number % sources)",
        arrived: Date(timeIntervalSince1970: Double(number % days) * 86_400 + Double(number)), features: features)
    }
  }

  @Test func clustersAreReadyWhenLargeOldAndMixed() throws {
    let all =
      items(200, axis: 1, sources: 5, days: 3, seed: 1, prefix: "a")
      + items(40, axis: 5, sources: 5, days: 3, seed: 2, prefix: "b")
    let found = try NoveltyClusters(all.reversed())
    #expect(found.clusters.map(\.items.count) == [200, 40])
    #expect(found.clusters.map(\.isReady) == [true, false])
    #expect(found.clusters[0].id == "a0")
    #expect(found.clusters[0].samples.count == 10)
    #expect(found.alone == 0)
    for (sources, days) in [(4, 3), (5, 2)] {
      let few = try NoveltyClusters(items(200, axis: 1, sources: sources, days: days, seed: 1, prefix: "a"))
      #expect(few.clusters.map(\.isReady) == [false], "\(sources) sources, \(days) days")
    }
  }

  @Test func linksAreChains() throws {
    // Neighbours at 30°, so cosine 0.87; the ends at 90°.
    let chain = (0..<4).map { step in
      UnknownItem(
        id: "\(step)", source: nil, arrived: Date(timeIntervalSince1970: Double(step)),
        features: [cos(Float(step) * .pi / 6), sin(Float(step) * .pi / 6)])
    }
    #expect(try NoveltyClusters(chain).clusters.map(\.items) == [["0", "1", "2", "3"]])
    let apart = try NoveltyClusters([chain[0], chain[3]])
    #expect(apart.clusters.isEmpty)
    #expect(apart.alone == 2)
    #expect(try NoveltyClusters([]).clusters.isEmpty)
  }

  @Test func theLatestAreTakenWhereThereAreTooMany() throws {
    let found = try NoveltyClusters(items(30, axis: 1, sources: 3, days: 1, seed: 1, prefix: "a"), most: 20)
    #expect(found.leftOut == 10)
    #expect(found.clusters.first?.id == "a10")
  }

  @Test func aClusterBecomesATaskWithAName() throws {
    let cluster = try #require(
      try NoveltyClusters(items(200, axis: 1, sources: 5, days: 3, seed: 1, prefix: "a")).clusters.first)
    func name(
      _ task: String = "scam", _ labels: [String] = ["ok", "violation"], _ guideline: String = "What asks for money."
    ) throws -> NamedTask {
      try NamedTask(
        cluster, task: task, labels: labels, guideline: guideline, person: "lead", at: Date(timeIntervalSince1970: 0),
        taken: ["Spam"])
    }
    #expect(try name().items == cluster.items)
    for wrong in [
      { try name("SPAM") }, { try name("../x") }, { try name("") }, { try name("scam", ["ok"]) },
      { try name("scam", ["ok", " OK "]) }, { try name("scam", ["ok", ""]) }, { try name("scam", ["a", "b"], "  \n") },
    ] as [() throws -> NamedTask] {
      #expect(throws: EvolutionError.self) { try wrong() }
    }
    let small = try #require(
      try NoveltyClusters(items(20, axis: 1, sources: 5, days: 3, seed: 1, prefix: "a")).clusters.first)
    #expect(throws: EvolutionError.self) {
      try NamedTask(small, task: "scam", labels: ["a", "b"], guideline: "g", person: "p", at: Date(), taken: [])
    }
  }
}
