import Files
public import Foundation
import Runs

/// The keys of a YAML file that only `accrete compare` knows; those of `RunFile` stand beside them.
public struct ComparisonFile: Sendable, Equatable, Decodable {
  /// As `--methods`, a text or a list.
  public var methods: List?
  public var orders: List?
  public var seeds: List?
  /// As `--cells`, one after the other.
  public var cells: List?
  public var jobs: Int?
  public var reference: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case methods, orders, seeds, cells, jobs, reference
  }

  /// Its keys.
  public static let keys = CodingKeys.allCases.map(\.rawValue)

  /// `1-3` or `[1, 3]`.
  public struct List: Sendable, Equatable, Decodable {
    public var items: [String]

    /// As a flag has it.
    public var text: String { items.joined(separator: ",") }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      items = try (try? container.decode([String].self)) ?? [container.decode(String.self)]
    }
  }

  /// A file without a key.
  public init() {}

  /// Reads a file.
  /// - Throws: as `RunFile.read(_:besides:)`.
  public static func read(_ url: URL) throws -> ComparisonFile {
    try decode(YAMLFile.contents(of: url), path: url.path)
  }

  /// Reads YAML that is in memory already.
  ///
  /// - Parameters:
  ///   - data: the text.
  ///   - path: where it came from, for errors.
  /// - Throws: as `RunFile.decode(_:path:besides:)`.
  public static func decode(_ data: Data, path: String) throws -> ComparisonFile {
    try YAMLFile.decode(ComparisonFile.self, keys: keys + RunFile.keys + InvocationFile.keys, from: data, path: path)
      ?? ComparisonFile()
  }
}
