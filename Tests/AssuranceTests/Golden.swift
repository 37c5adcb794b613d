import Foundation

/// What scipy and statsmodels compute (`Scripts/reference/assurance_goldens.py`).
struct Golden: Decodable {
  struct ProportionCase: Decodable {
    let successes: Int
    let n: Int
    let level: Double
    let wilson: [Double]
    let clopperPearson: [Double]
    let lowerBound: Double
    let upperBound: Double
  }

  struct TableCase: Decodable {
    let counts: [Int]
    let difference: Double
    let mcnemar: Double
    /// Level, lower and upper bound.
    let tango: [[Double]]
  }

  struct MeanCase: Decodable {
    let values: [Double]
    let level: Double
    let mean: Double
    let deviation: Double
    let interval: [Double]
  }

  struct ClassCase: Decodable {
    let gold: [Int]
    let predicted: [Int]
    let classes: Int
    let macroF1: Double
    let seed: UInt64
    let draws: Int
    let interval: [Double]
  }

  struct CalibrationCase: Decodable {
    let probabilities: [[Double]]
    let gold: [Int]
    let bins: Int
    let ece: Double
    let adaptiveEce: Double
    let brier: Double
    let brierInterval: [Double]
    let logLoss: Double
    let counts: [Int]
  }

  /// Tail and upper point.
  let normal: [[Double]]
  /// Tail, degrees of freedom and upper point.
  let student: [[Double]]
  /// a, b, x, I_x(a, b) and its complement.
  let beta: [[Double]]
  let proportions: [ProportionCase]
  let tables: [TableCase]
  /// d, m, level, power and rows.
  let rowsNeeded: [[Double]]
  let means: [MeanCase]
  let classes: [ClassCase]
  let calibration: [CalibrationCase]

  static func load() throws -> Golden {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Goldens/assurance.json").standardizedFileURL
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Golden.self, from: Data(contentsOf: file))
  }
}

/// Whether two numbers are equal up to a part of the larger one.
func isClose(_ one: Double, _ other: Double, relative: Double = 1e-12, absolute: Double = 1e-15) -> Bool {
  one == other || abs(one - other) <= max(relative * max(abs(one), abs(other)), absolute)
}
