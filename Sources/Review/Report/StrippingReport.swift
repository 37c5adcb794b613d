import Files
public import Foundation
import Markup

/// How much reviewing was saved, and at what precision: one row for each task, side and week.
///
/// Percentages are of all items of the task, and parts do not add up to more than the whole: a side's share is of the same items as the other
/// side's.
public struct StrippingReport: Sendable, Codable, Equatable {
  /// The rows: by task, week and side.
  public let rows: [StrippingRow]

  /// Puts rows in order.
  ///
  /// - Parameter rows: Rows in any order.
  public init(_ rows: [StrippingRow]) {
    self.rows = rows.sorted {
      if $0.task != $1.task { return $0.task.utf8.lexicographicallyPrecedes($1.task.utf8) }
      if $0.week != $1.week { return $0.week < $1.week }
      return $0.side.utf8.lexicographicallyPrecedes($1.side.utf8)
    }
  }

  /// Items that no person had to look at, in all rows.
  public var saved: Int { rows.reduce(0) { $0.addingReportingOverflow($1.saved).partialValue } }

  /// The share of rows with a certificate and monitor rows in which the realised precision reaches the target; `nil` without such rows.
  public var shareThatReachesTarget: StrippingRow.Share {
    let judged = rows.filter { $0.certified != nil && $0.realised.n > 0 }
    let good = judged.filter { ($0.realised.value ?? 0) >= 1 - ($0.certified?.alpha ?? 0) }
    return StrippingRow.Share(good.count, of: judged.count)
  }

  /// The report as JSON: keys sorted, times as ISO 8601.
  ///
  /// - Throws: An error of the encoder, for numbers that JSON does not have.
  public func json() throws -> Data { try JSONFile.encode(self, dates: .iso8601) }

  /// The report as lines of text.
  public var text: String {
    rows.isEmpty ? Self.nothing : TextTable.render([Self.columns] + cells) + "\n\n" + notes.joined(separator: "\n")
  }

  /// The report as Markdown.
  public var markdown: String {
    let head = "# \(Self.title)"
    guard !rows.isEmpty else { return head + "\n\n" + Self.nothing + "\n" }
    let notes = notes.map { "- " + Markdown.escape($0) }.joined(separator: "\n")
    return [head, Markdown.table(columns: Self.columns, rows: cells), notes].joined(separator: "\n\n") + "\n"
  }
}
