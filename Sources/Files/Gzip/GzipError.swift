/// A gzipped file that is cut short, broken, or that unpacks to too much.
public struct GzipError: Error, Equatable, Sendable {
  /// The file as it was given.
  public let path: String
  public let expected: String
  public let got: String
  /// What the user can do, as a sentence.
  public let fix: String
}
