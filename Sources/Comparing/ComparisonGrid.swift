import Files
import Learning
public import Records

/// Which cells a comparison has, as text says it: lists of names and numbers, `a,b` and `0-2`.
///
/// ```
/// --methods moe-cl,per-task --orders 1-3 --seeds 0-2     a full grid of 2 × 3 × 3 cells
/// --cells moe-cl:1-3:0-2 --cells sequential:1-3:0        METHODS:ORDERS:SEEDS; several make an uneven grid
/// ```
public struct ComparisonGrid: Sendable, Equatable {

  /// In the order in which they were named: by methods, then orders, then seeds.
  public private(set) var cells: [ComparisonCell] = []

  /// - Parameters:
  ///   - methods: Names, joined by commas; without them and `parts` `RunConfiguration.defaultMethod`.
  ///   - orders: Of the suite's tasks; without it 1. Belongs to `methods`.
  ///   - seeds: Without it 0. Belongs to `methods`.
  ///   - parts: Further grids, each `METHODS:ORDERS:SEEDS`.
  /// - Throws: `RunError.invalidConfiguration(key:got:allowed:)` that names the option; also for a cell that is named twice.
  ///   `LearningError.unknownMethod`.
  public init(methods: String?, orders: String?, seeds: String?, parts: [String]) throws {
    // Without any part of a grid it is the default method alone, in as many orders and seeds as are asked for.
    if let methods = methods ?? (parts.isEmpty ? RunConfiguration.defaultMethod : nil) {
      try add(methods, orders ?? "1", seeds ?? "0", keys: ("methods", "orders", "seeds"))
    } else if let alone = orders ?? seeds {
      throw RunError.invalidConfiguration(
        key: orders == nil ? "seeds" : "orders", got: "\(alone) without --methods",
        allowed: "with --methods; --cells has its own orders and seeds")
    }
    for part in parts {
      let fields = part.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else {
        throw RunError.invalidConfiguration(
          key: "cells", got: part, allowed: "METHODS:ORDERS:SEEDS, such as moe-cl,per-task:1-3:0-2")
      }
      try add(fields[0], fields[1], fields[2], keys: ("cells", "cells", "cells"))
    }
    try Self.requireDistinct(cells)
  }

  private mutating func add(
    _ methods: String, _ orders: String, _ seeds: String, keys: (methods: String, orders: String, seeds: String)
  ) throws {
    let names = try Self.items(methods, key: keys.methods, allowed: MethodCatalog.names.listed)
    for name in names where !MethodCatalog.names.contains(name) {
      throw LearningError.unknownMethod(got: name, known: MethodCatalog.names)
    }
    let orders = try Self.numbers(orders, key: keys.orders).map { number in
      guard let order = Int(exactly: number) else { throw Self.notNumbers("\(number)", key: keys.orders) }
      return order
    }
    let seeds = try Self.numbers(seeds, key: keys.seeds)
    let count = names.count * orders.count * seeds.count
    guard cells.count + count <= Comparison.mostCells else {
      throw RunError.invalidConfiguration(
        key: keys.seeds, got: "\(cells.count + count) cells", allowed: "at most \(Comparison.mostCells)")
    }
    for method in names {
      for order in orders {
        for seed in seeds { cells.append(ComparisonCell(method: method, order: order, seed: seed)) }
      }
    }
  }

  /// A cell that is named twice is a slip: one of them was meant to be another.
  static func requireDistinct(_ cells: [ComparisonCell]) throws {
    var seen: Set<ComparisonCell> = []
    for cell in cells where !seen.insert(cell).inserted {
      throw RunError.invalidConfiguration(key: "cells", got: "\(cell.name) twice", allowed: "each cell once")
    }
  }

  private static func items(_ text: String, key: String, allowed: String) throws -> [String] {
    let items = text.split(separator: ",", omittingEmptySubsequences: false).map { item in
      String(item.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    guard !items.contains("") else {
      throw RunError.invalidConfiguration(key: key, got: text.isEmpty ? "nothing" : text, allowed: allowed)
    }
    return items
  }

  /// `0,2,5-7` as 0, 2, 5, 6, 7.
  private static func numbers(_ text: String, key: String) throws -> [UInt64] {
    var result: [UInt64] = []
    for item in try items(text, key: key, allowed: forms) {
      let ends = item.split(separator: "-", omittingEmptySubsequences: false).map(number)
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last
      else { throw notNumbers(item, key: key) }
      guard last - first < UInt64(Comparison.mostCells - result.count) else {
        throw RunError.invalidConfiguration(key: key, got: item, allowed: "at most \(Comparison.mostCells) numbers")
      }
      result += first...last
    }
    return result
  }

  private static func number(_ text: Substring) -> UInt64? {
    // `UInt64(_:)` would take a sign.
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt64(text) : nil
  }

  private static let forms = "numbers and ranges, such as 0,2,5-7"

  private static func notNumbers(_ got: String, key: String) -> RunError {
    .invalidConfiguration(key: key, got: got, allowed: forms)
  }
}
