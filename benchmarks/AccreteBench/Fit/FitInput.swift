import Files
import Foundation

/// Reads what a fit needs.
enum FitInput {
  /// As much of a measurement's file as a fit looks at.
  private struct File: Decodable {
    struct Server: Decodable {
      let name: String
    }
    struct Summary: Decodable {
      let step: StepFigures?
    }
    let format: String
    let server: Server
    let summary: Summary
  }

  /// The step of a measurement.
  /// - Throws: `FileError`, ``BenchError/data(path:reason:)``.
  static func point(_ path: String) throws -> StepModel.Point {
    let file = try JSONFile.read(File.self, from: URL(fileURLWithPath: path), limit: ResultFile.readLimit)
    guard file.format.hasSameCodePoints(as: Measurement.format) else {
      throw BenchError.data(
        path: path,
        reason:
          "a file of `accrete-bench serve --out` (\(Measurement.format)) expected, got \(file.format.debugDescription)")
    }
    guard let step = file.summary.step else {
      throw BenchError.data(
        path: path,
        reason:
          "it has no step: answers of two tokens or more, and a server that counts prompt tokens in `usage`, are needed for one"
      )
    }
    let numbers = [step.seconds, step.tokens, step.sequences, step.length, step.adapters]
    guard numbers.allSatisfy({ $0.isFinite && $0 >= 0 }), step.seconds > 0 else {
      throw BenchError.data(path: path, reason: "`summary.step`: numbers of 0 or more expected, and seconds above 0")
    }
    return StepModel.Point(name: URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent, figures: step)
  }

  /// The shape of a model.
  /// - Throws: as ``point(_:)``.
  static func shape(_ path: String) throws -> StepModel.Shape {
    let shape = try JSONFile.read(StepModel.Shape.self, from: URL(fileURLWithPath: path), limit: 1 << 20)
    let needed: [(String, Double)] = [
      ("weightBytes", shape.weightBytes), ("parameters", shape.parameters), ("layers", shape.layers),
      ("callsPerLayer", shape.callsPerLayer),
    ]
    let others: [(String, Double)] = [
      ("headParameters", shape.headParameters), ("kvBytesPerToken", shape.kvBytesPerToken),
      ("expertBytes", shape.expertBytes),
    ]
    for (name, number) in needed + others where !(number.isFinite && number >= 0 && number < 1e18) {
      throw BenchError.data(path: path, reason: "`\(name)`: 0 to 1e18 expected, got \(number)")
    }
    for (name, number) in needed where number == 0 {
      throw BenchError.data(path: path, reason: "`\(name)`: a number above 0 expected, got 0")
    }
    return shape
  }
}
