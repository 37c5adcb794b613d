import Foundation

/// What scipy, statsmodels and numpy compute (`Scripts/reference/certification_goldens.py`).
struct CertificationGolden: Decodable {
  struct Needed: Decodable {
    let limit: Double
    let delta: Double
    let wrong: [Int]
    let rows: [Int]
  }

  struct Agreement: Decodable {
    let table: [[Int]]
    let kappa: Double
    let variance: Double
    let interval: [Double]
  }

  struct Scaling: Decodable {
    let scores: [[Double]]
    let gold: [Int]
    let temperature: Double
    let bias: [Double]
    let loss: Double
  }

  struct Detector: Decodable {
    let limit: Double
    /// A 0 or 1 for each loss.
    let losses: String
    let sums: [Double]
  }

  struct Tests: Decodable {
    /// `+`: the candidate alone is wrong; `-`: the current release alone is.
    let pairs: String
    let margin: Double
    let discordant: Double
    let harm: [Double]
    let promotion: [Double]
  }

  /// k, n, share and P(Bin(n, share) ≤ k).
  let pValues: [[Double]]
  let needed: [Needed]
  /// α, the true error as a part of it, and the rows for a power of 90 %.
  let power: [[Double]]
  let agreement: [Agreement]
  let scalings: [Scaling]
  let detectors: [Detector]
  let tests: Tests
  /// A text and its normal form.
  let normalTexts: [[String]]

  static func load() throws -> CertificationGolden {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Goldens/certification.json").standardizedFileURL
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(CertificationGolden.self, from: Data(contentsOf: file))
  }
}
