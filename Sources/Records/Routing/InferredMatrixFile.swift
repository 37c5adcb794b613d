import Files
public import Foundation

/// `matrix-inferred.json`: R where the task of each row was inferred instead of given, and how well that went.
///
/// In the file the two tables stand beside the keys of `matrix.json`. A cell that was not scored is null.
public struct InferredMatrixFile: Sendable, Equatable {
  /// As in `matrix.json`.
  public var matrix: MatrixFile
  /// The shape of R: the share of task j's rows that were taken for rows of task j, after learning i tasks.
  public var routerAccuracy: [[Double?]]
  /// The shape of R: the share of task j's rows that were taken for rows of no learned task.
  public var unknownRate: [[Double?]]

  public init(matrix: MatrixFile, routerAccuracy: [[Double?]], unknownRate: [[Double?]]) {
    self.matrix = matrix
    self.routerAccuracy = routerAccuracy
    self.unknownRate = unknownRate
  }

  /// Reads `matrix-inferred.json`.
  /// - Throws: `FileError` that names the file and what cannot be.
  public static func read(_ url: URL) throws -> InferredMatrixFile {
    try JSONFile.read(InferredMatrixFile.self, from: url).possible(path: url.path)
  }

  /// Reads such a file that is in memory already.
  ///
  /// - Parameters:
  ///   - data: The JSON text.
  ///   - path: Where it came from, for errors.
  /// - Throws: As ``read(_:)``.
  public static func decode(_ data: Data, path: String) throws -> InferredMatrixFile {
    try JSONFile.decode(InferredMatrixFile.self, from: data, path: path).possible(path: path)
  }

  private func possible(path: String) throws -> InferredMatrixFile {
    _ = try matrix.possible(path: path)
    for (key, shares) in [(CodingKeys.routerAccuracy, routerAccuracy), (.unknownRate, unknownRate)] {
      do {
        _ = try TaskMatrix(tasks: matrix.tasks, scores: shares)
      } catch {
        throw FileError.malformedJSON(path: path, reason: "`\(key.rawValue)`: \(error)")
      }
    }
    return self
  }
}

extension InferredMatrixFile: Codable {
  private enum CodingKeys: String, CodingKey {
    case routerAccuracy, unknownRate
  }

  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      matrix: MatrixFile(from: decoder),
      routerAccuracy: container.decode([[Double?]].self, forKey: .routerAccuracy),
      unknownRate: container.decode([[Double?]].self, forKey: .unknownRate))
  }

  /// - Throws: `EncodingError`.
  public func encode(to encoder: any Encoder) throws {
    try matrix.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(routerAccuracy, forKey: .routerAccuracy)
    try container.encode(unknownRate, forKey: .unknownRate)
  }
}
