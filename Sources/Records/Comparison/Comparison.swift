public import Files
public import Foundation
public import ModelConfiguration

/// `comparison.json`: a grid of methods × orders × seeds as one job, and everything that must be the same for its cells to be
/// compared.
public struct Comparison: Sendable, Equatable, Codable {
  /// Version of the folder's form.
  public static let currentFormat = 1
  /// More cells are a mistake.
  package static let mostCells = 10_000

  public var format = Comparison.currentFormat
  public var accrete: String
  public var libtorch: String
  /// The program that runs every cell, see `ProgramCode.digest()`.
  public var program: Digest
  /// What all cells share. Method, order and seed are each cell's own; here they hold ``ownOfEachCell``, 0 and 0.
  public var configuration: RunConfiguration
  public package(set) var cells: [ComparisonCell]
  public var baseDigest: Digest
  /// What the base's `config.json` and `generation_config.json` say; `nil` in comparisons of an earlier version.
  public var baseConfiguration: DecoderConfiguration?
  public var tokenizerDigest: Digest
  /// What each order is made of, by its number.
  public var orders: [String: Order]

  package init(
    format: Int = Comparison.currentFormat, accrete: String, libtorch: String, program: Digest,
    configuration: RunConfiguration, cells: [ComparisonCell], baseDigest: Digest,
    baseConfiguration: DecoderConfiguration? = nil, tokenizerDigest: Digest, orders: [String: Order]
  ) {
    self.format = format
    self.accrete = accrete
    self.libtorch = libtorch
    self.program = program
    self.configuration = configuration
    self.cells = cells
    self.baseDigest = baseDigest
    self.baseConfiguration = baseConfiguration
    self.tokenizerDigest = tokenizerDigest
    self.orders = orders
  }

  /// The tasks of an order.
  public struct Order: Sendable, Equatable, Codable {
    /// In the order of learning.
    public var tasks: [String]
    public var promptDigest: Digest
    /// SHA-256 of each data file, by path.
    public var dataDigests: [String: Digest]

    package init(tasks: [String], promptDigest: Digest, dataDigests: [String: Digest]) {
      self.tasks = tasks
      self.promptDigest = promptDigest
      self.dataDigests = dataDigests
    }
  }

  /// Stands where a configuration has its method.
  public static let ownOfEachCell = "each cell's own"

  /// The methods in the order in which they were named.
  public var methods: [String] {
    cells.reduce(into: []) { if !$0.contains($1.method) { $0.append($1.method) } }
  }

  /// Reads `comparison.json`.
  /// - Throws: ``ComparisonError/notAComparison(folder:)``; `FileError` that says what cannot be.
  public static func read(_ folder: ComparisonFolder) throws -> Comparison {
    guard folder.exists else { throw ComparisonError.notAComparison(folder: folder.url.path) }
    // Whatever reads or goes on with a comparison begins here: nothing in it may lead elsewhere.
    try Containment.requireNoLinksOut(of: folder.url)
    return try decode(JSONFile.contents(of: folder.comparison), path: folder.comparison.path)
  }

  /// Reads a comparison that is in memory already.
  ///
  /// - Parameters:
  ///   - data: The JSON text.
  ///   - path: Where it came from, for errors.
  /// - Throws: As ``read(_:)``.
  public static func decode(_ data: Data, path: String) throws -> Comparison {
    let result = try JSONFile.decode(Comparison.self, from: data, path: path)
    func refuse(_ reason: String) -> FileError { .malformedJSON(path: path, reason: reason) }
    guard (1...mostCells).contains(result.cells.count) else {
      throw refuse("`cells` has \(result.cells.count) cells, 1 to \(mostCells) are possible")
    }
    guard Set(result.cells).count == result.cells.count else { throw refuse("`cells` names a cell twice") }
    // Their names become files and folders.
    for cell in result.cells where !PlainName.isPlain(cell.method, longest: 128) || cell.order < 0 {
      throw refuse("`\(String(cell.name.unicodeScalars.prefix(60)))` in `cells` cannot be a cell")
    }
    for cell in result.cells where result.orders["\(cell.order)"] == nil {
      throw refuse("`orders` lacks order \(cell.order) of \(cell.name)")
    }
    return result
  }
}
