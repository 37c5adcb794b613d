public import Foundation

/// The keys of a YAML file that say how its command is given rather than what is computed; those of ``RunFile``, `ComparisonFile` or
/// ``PretrainingFile`` stand beside them.
public struct InvocationFile: Sendable, Equatable, Decodable {
  /// As `--out`.
  public var out: String?
  /// As `--program`: a digest.
  public var program: String?
  public var dryRun: Bool?
  public var json: Bool?
  public var quiet: Bool?
  /// As `--tensorboard`: a folder.
  public var tensorboard: String?
  /// As `--log-format`.
  public var logFormat: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case out, program, json, quiet, tensorboard
    case dryRun = "dry-run"
    case logFormat = "log-format"
  }

  /// Its keys.
  public static let keys = CodingKeys.allCases.map(\.rawValue)

  /// A file without a key.
  public init() {}

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - others: The keys that stand beside these.
  ///   - settings: `key=value` each, instead of what the file says.
  /// - Throws: As reading a ``RunFile``.
  public static func read(
    _ url: URL, besides others: [String], replacing settings: [String] = []
  ) throws -> InvocationFile {
    try YAMLFile.decode(
      InvocationFile.self, keys: keys + others, from: YAMLFile.contents(of: url), path: url.path, replacing: settings)
      ?? InvocationFile()
  }
}
