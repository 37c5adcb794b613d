public import Foundation

/// Writes items in one of the forms, one after the other: memory does not grow with their number.
public struct ReviewExport {
  private let format: ReviewFormat
  private let shown: SuggestionsShown
  private let write: (Data) throws -> Void
  private var hasBegun = false

  /// Makes a writer.
  ///
  /// - Parameters:
  ///   - format: The form.
  ///   - shown: Of which items it is told what the model suggested.
  ///   - write: Takes the bytes.
  public init(
    _ format: ReviewFormat, showing shown: SuggestionsShown = .decided, write: @escaping (Data) throws -> Void
  ) {
    (self.format, self.shown, self.write) = (format, shown, write)
  }

  /// Writes an item.
  ///
  /// - Parameter item: The item.
  /// - Throws: What encoding or writing throws.
  public mutating func append(_ item: ReviewedItem) throws {
    for record in try format.records(of: item, showing: shown) {
      let separator = format.isList ? hasBegun ? ",\n" : "[\n" : ""
      try write(Data(separator.utf8) + record + Data((format.isList ? "" : "\n").utf8))
      hasBegun = true
    }
  }

  /// Writes what stands behind the last item.
  ///
  /// - Throws: What writing throws.
  public mutating func finish() throws {
    if format.isList { try write(Data((hasBegun ? "\n]\n" : "[]\n").utf8)) }
  }
}
