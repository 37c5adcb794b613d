public import Foundation
public import Records
import Runs

/// What `accrete compare` can be told besides the options of `accrete train`.
public struct ComparisonOptions: Configurable {
  /// Names, joined by commas.
  public var methods: String?
  /// Numbers and ranges, such as `1,2` or `1-3`.
  public var orders: String?
  public var seeds: String?
  /// Further grids, each `METHODS:ORDERS:SEEDS`.
  public var cells: [String] = []
  /// Cells side by side.
  public var jobs = 1
  /// The method that the others are compared with; `nil`: the first.
  public var reference: String?

  public init() {}

  /// Removes the grid; jobs and reference stay.
  public mutating func removeGrid() { (methods, orders, seeds, cells) = (nil, nil, nil, []) }

  /// The names of what says the grid.
  public static let grid = ["methods", "orders", "seeds", "cells"]

  public static let settings: [Setting<ComparisonOptions>] = [
    list(
      "methods", \.methods,
      "Methods of the grid, such as accrete,per-task. Default: \(RunConfiguration.defaultMethod), without --cells.",
      initial: "\(RunConfiguration.defaultMethod), without --cells"),
    list("orders", \.orders, "Orders of the grid, such as 1,2 or 1-3.", initial: "1"),
    list("seeds", \.seeds, "Seeds of the grid, such as 0-2.", initial: "0"),
    Setting(
      "cells",
      "A further grid, METHODS:ORDERS:SEEDS, such as accrete,per-task:1-3:0-2. May be given several times.",
      arity: .repeated, form: form, texts: { (list: List) in list.items }, set: { $0.cells = $1 }, words: { $0.cells }),
    Setting("jobs", \.jobs, "Cells side by side."),
    Setting("reference", \.reference, "The method that the others are compared with.", default: "the first"),
  ]

  private static let form = "text, or a list"

  /// A text of a command line which may be a list in a file.
  private static func list(
    _ name: String, _ field: any WritableKeyPath<ComparisonOptions, String?> & Sendable, _ text: String, initial: String
  ) -> Setting<ComparisonOptions> {
    Setting(
      name, text, arity: .one, form: form, initial: initial, texts: { (list: List) in list.items },
      set: { $0[keyPath: field] = $1.joined(separator: ",") }, words: { $0[keyPath: field].map { [$0] } ?? [] })
  }

  /// `1-3` or `[1, 3]`.
  private struct List: Decodable {
    let items: [String]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      items = try (try? container.decode([String].self)) ?? [container.decode(String.self)]
    }
  }
}

/// The keys of a YAML file that only `accrete compare` knows; those of `RunFile` stand beside them.
public typealias ComparisonFile = SettingFile<ComparisonOptions>

extension SettingFile<ComparisonOptions> {
  /// Reads a file.
  /// - Throws: As `RunFile.read(_:besides:)`.
  public static func read(_ url: URL) throws -> ComparisonFile {
    try read(url, besides: RunFile.keys + InvocationFile.keys)
  }

  /// Reads YAML that is in memory already.
  ///
  /// - Parameters:
  ///   - data: The text.
  ///   - path: Where it came from, for errors.
  /// - Throws: As `RunFile.decode(_:path:besides:)`.
  public static func decode(_ data: Data, path: String) throws -> ComparisonFile {
    try decode(data, path: path, besides: RunFile.keys + InvocationFile.keys)
  }
}
