import Assurance
import Foundation
import Testing

@testable import Records

/// Are points and intervals of Student's t those of scipy? (`Scripts/reference/statistics_goldens.py`)
@Suite struct StudentIntervalTests {
  private struct Document: Decodable {
    struct Interval: Decodable {
      let values: [Double]
      let mean: Double
      let standardError: Double
      let lower: Double
      let upper: Double
    }

    let upperPoints: [[Double]]
    let intervals: [Interval]
  }

  private let document: Document

  init() throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let file = URL(fileURLWithPath: "\(#filePath)/../../../Goldens/statistics.json").standardizedFileURL
    document = try decoder.decode(Document.self, from: Data(contentsOf: file))
  }

  @Test func upperPoints() {
    #expect(document.upperPoints.count > 40)
    for pair in document.upperPoints {
      let point = StudentT.upperPoint(tail: 0.025, degrees: pair[0])
      #expect(abs(point / pair[1] - 1) < 1e-9, "\(pair[0]) degrees of freedom: \(point), not \(pair[1])")
    }
  }

  @Test func intervals() throws {
    for golden in document.intervals {
      let interval = try #require(StudentInterval(golden.values))
      #expect(interval.n == golden.values.count)
      for (got, expected) in [
        (interval.mean, golden.mean), (interval.standardError, golden.standardError), (interval.lower, golden.lower),
        (interval.upper, golden.upper),
      ] { #expect(abs(got - expected) < 1e-9, "\(golden.values): \(got), not \(expected)") }
    }
    #expect(StudentInterval([1]) == nil && StudentInterval([]) == nil)
  }

  /// By hand: groups a with 1 and 3, b with 4: means 2 and 4; mean 3, s.e. 1, t with one degree of freedom 12.7062.
  @Test func meansOfGroups() throws {
    let interval = try #require(StudentInterval(ofMeansOf: [("a", 1.0), ("b", 4.0), ("a", 3.0)]))
    #expect(interval.n == 2 && interval.mean == 3 && abs(interval.standardError - 1) < 1e-12)
    #expect(abs(interval.lower - (3 - 12.706_204_736)) < 1e-8)
    #expect(StudentInterval(ofMeansOf: [("a", 1.0), ("a", 3.0)]) == nil)
  }
}
