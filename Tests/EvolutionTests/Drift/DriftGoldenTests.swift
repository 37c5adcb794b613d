import Foundation
import Testing

@testable import Evolution

/// Are statistics of drift and novelty those of numpy and scipy (Scripts/reference/drift_goldens.py)?
@Suite struct DriftGoldenTests {
  private struct Golden: Decodable {
    let discrepancy: Double
    let direction: [Double]
    let neighbours: [Double]
    let clusterSizes: [Int]
    let confusion: [[Int]]
    let predicted: [Int]
    let shares: [Double]
    let tails: [[Double]]

    static func load() throws -> Golden {
      let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Goldens/drift.json").standardizedFileURL
      return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }
  }

  /// The rows of the script: sin(0.7 i (j + 1) + phase) + phase j / 20.
  private func rows(_ count: Int, _ phase: Double) -> [[Float]] {
    (0..<count).map { i in
      (0..<11).map { j in Float(sin(0.7 * Double(i) * Double(j + 1) + phase) + phase * Double(j) / 20) }
    }
  }

  private func features(_ count: Int, _ phase: Double) throws -> FeatureRows { try FeatureRows(rows(count, phase)) }

  @Test func theDiscrepancyOfTwoSamples() throws {
    let found = try MeanDiscrepancy(features(40, 0), features(40, 0.9), seed: 1)
    #expect(abs(found.square - (try Golden.load().discrepancy)) < 1e-5)
  }

  @Test func theLogisticDirection() throws {
    let both = try features(40, 0).joined(features(40, 0.9))
    let found = LogisticDirection(both.standardized(by: both), isSecond: (0..<80).map { $0 >= 40 }).weights
    for (weight, golden) in zip(found, try Golden.load().direction) { #expect(abs(Double(weight) - golden) < 0.02) }
  }

  @Test func distancesToNeighbours() throws {
    let known = try NearestNeighbours(keeping: [features(30, 0.2), features(7, 2)])
    let found = try known.distances(features(9, 1.1))
    for (distance, golden) in zip(found, try Golden.load().neighbours) { #expect(abs(distance - golden) < 1e-5) }
    #expect(found.count == 9)
  }

  @Test func clustersOfSingleLinkage() throws {
    let items = rows(60, 0.3).enumerated().map {
      UnknownItem(id: "\($0)", source: nil, arrived: Date(timeIntervalSince1970: Double($0)), features: $1)
    }
    #expect(try NoveltyClusters(items).clusters.map(\.items.count) == Golden.load().clusterSizes)
  }

  @Test func sharesOfLabels() throws {
    let golden = try Golden.load()
    let shift = try #require(
      try LabelShift(confusion: golden.confusion, predicted: golden.predicted, draws: 200, seed: 0))
    for (share, golden) in zip(shift.estimate, golden.shares) { #expect(abs(share - golden) < 1e-12) }
  }

  @Test func tailsOfTheTwoSampleTest() throws {
    for case (let tail, let golden) in try Golden.load().tails.map({
      (TwoSampleTest.upperTail(Int($0[1]), rows: Int($0[0])), $0[2])
    }) {
      #expect(abs(tail - golden) <= 1e-9 * golden)
    }
  }
}
