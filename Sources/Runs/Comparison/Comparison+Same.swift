import Files
import Foundation

/// What must be the same for results to stand in one table.
extension Comparison {
  /// Begins the comparison in a folder, or goes on with the one that is there. The grid may have grown since.
  ///
  /// Only who holds ``ComparisonLock`` may do this.
  /// - Throws: ``ComparisonError/changed(folder:differences:)`` with every difference; ``ComparisonError/cellsLeftOut(folder:cells:)``;
  ///   `FileError`.
  public func begin(in folder: ComparisonFolder) throws {
    if folder.exists {
      let recorded = try Comparison.read(folder)
      let differences = try recorded.differences(to: self)
      guard differences.isEmpty else {
        throw ComparisonError.changed(folder: folder.url.path, differences: differences)
      }
      let missing = Set(recorded.cells).subtracting(cells)
      guard missing.isEmpty else {
        throw ComparisonError.cellsLeftOut(
          folder: folder.url.path, cells: recorded.cells.filter(missing.contains).map(\.name))
      }
      // Other places alone are no reason to write.
      if recorded.placeless == placeless { return }
    }
    try JSONFile.write(portable(from: ComparisonFolder.here), to: folder.comparison)
  }

  /// Everything but the grid and the places of base and data in which another comparison differs, as `WHAT was A, is B`.
  func differences(to now: Comparison) throws -> [String] {
    let common = Set(orders.keys).intersection(now.orders.keys)
    func comparable(_ comparison: Comparison) -> Comparison {
      var result = comparison.placeless
      result.cells = []
      result.orders = result.orders.filter { common.contains($0.key) }
      return result
    }
    return try Differences.between(comparable(self), comparable(now))
  }

  /// Whether a run is one that this comparison would make for a cell.
  /// - Throws: ``ComparisonError/cellDiffers(cell:what:expected:got:)``.
  func requireOwn(_ manifest: Manifest, cell: ComparisonCell) throws {
    var expected = manifest
    expected.format = Manifest.currentFormat
    (expected.accrete, expected.libtorch, expected.program) = (accrete, libtorch, program)
    expected.configuration = cell.configuration(configuration)
    (expected.baseDigest, expected.tokenizerDigest) = (baseDigest, tokenizerDigest)
    if let order = orders["\(cell.order)"] {
      (expected.tasks, expected.promptDigest, expected.dataDigests) = (
        order.tasks, order.promptDigest, order.dataDigests
      )
    }
    guard let difference = try Differences.list(expected.placeless, manifest.placeless).first else { return }
    throw ComparisonError.cellDiffers(
      cell: cell.name, what: difference.key, expected: difference.first, got: difference.second)
  }
}

/// Where two values of one kind differ, key by key of their JSON.
enum Differences {
  /// One key and what it has on both sides; `nothing` where it is missing.
  struct Difference: Equatable {
    let key: String
    let first: String
    let second: String
  }

  static func between<Value: Encodable & Equatable>(_ recorded: Value, _ now: Value) throws -> [String] {
    try list(recorded, now).map { "\($0.key) was \($0.first), is \($0.second)" }
  }

  /// Sorted by key; not empty if the values differ.
  static func list<Value: Encodable & Equatable>(_ first: Value, _ second: Value) throws -> [Difference] {
    guard first != second else { return [] }
    let (one, other) = (try leaves(first), try leaves(second))
    let result = Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted().map {
      Difference(key: $0, first: one[$0] ?? "nothing", second: other[$0] ?? "nothing")
    }
    // Numbers that JSON rounds to the same.
    return result.isEmpty ? [Difference(key: "a number", first: "one", second: "another")] : result
  }

  private static func leaves(_ value: some Encodable) throws -> [String: String] {
    var result: [String: String] = [:]
    func add(_ value: JSONValue, _ key: String) {
      switch value {
      case .object(let members):
        for (name, member) in members { add(member, key.isEmpty ? name : "\(key).\(name)") }
      case .list(let values):
        if values.isEmpty { result[key] = "[]" }
        for (number, member) in values.enumerated() { add(member, "\(key)[\(number)]") }
      case .text(let text): result[key] = text
      default: result[key] = value.description
      }
    }
    add(try JSONFile.decode(JSONValue.self, from: JSONFile.encode(value), path: "comparison"), "")
    return result
  }
}
