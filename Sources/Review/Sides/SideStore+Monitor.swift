import Assurance
import Files
import Foundation
import GRDB

extension SideStore {
  /// Counts the monitor rows whose labels became final since the last one that was counted.
  ///
  /// The cursor is written with the side: a row is counted exactly once, whatever happens to the process.
  ///
  /// - Parameter side: The side; it is not yet kept.
  /// - Returns: How its state changed, in order.
  func observe(_ side: inout Side) throws -> [SideChange] {
    let rows = try Row.fetchAll(
      try database.cachedStatement(
        sql: """
          SELECT i.place, i.digest, i.label, i.arrived, c.text FROM item i LEFT JOIN content c ON c.item = i.number
          WHERE i.task = ? AND i.side = ? AND i.half = 'monitor' AND i.place > ? AND i.state = 'final' ORDER BY i.place
          """), arguments: [side.task, side.label, side.cursor])
    var changes: [SideChange] = []
    for row in rows {
      let (place, arrived) = (try row.decode(Int.self, atIndex: 0), try row.decode(Int.self, atIndex: 3))
      let item = try row.itemDigest(at: 1)
      let label = try row.decode(String?.self, atIndex: 2)
      let monitored = MonitorRow(
        sequence: place, item: item, standing: RowStanding(origin: .coinMonitor, isFinal: label != nil),
        arrived: Date(timeIntervalSince1970: Double(arrived)),
        isWrong: label?.hasSameCodePoints(as: side.label) != true,
        isRepeated: try isRepeated(side, place, item, arrived: arrived, text: try row.decode(String?.self, atIndex: 4)))
      if let change = try side.observe(monitored, at: now) { changes.append(change) }
    }
    return changes
  }

  /// Whether a near-duplicate that arrived on the same day became final before.
  private func isRepeated(_ side: Side, _ place: Int, _ item: Digest, arrived: Int, text: String?) throws -> Bool {
    // Days of UTC; times before 1970 have theirs, too.
    let second = min(max(arrived, -1 << 50), 1 << 50)
    let midnight = second - ((second % 86_400) + 86_400) % 86_400
    let rows = try Row.fetchAll(
      try database.cachedStatement(
        sql: """
          SELECT i.digest, c.text FROM item i INDEXED BY item_burst LEFT JOIN content c ON c.item = i.number
          WHERE i.task = ? AND i.side = ? AND i.half = 'monitor' AND i.place < ? AND i.arrived BETWEEN ? AND ?
          ORDER BY i.place
          """),
      arguments: [side.task, side.label, place, midnight, midnight + 86_399])
    var texts: [String] = []
    for row in rows {
      if try row.itemDigest(at: 0) == item { return true }
      if let other = try row.decode(String?.self, atIndex: 1) { texts.append(other) }
    }
    guard let text, !texts.isEmpty else { return false }
    let duplicates = try NearDuplicates(of: texts + [text], bands: .heldOut)
    return duplicates.clusterFirst.last.map { $0 < texts.count } ?? false
  }
}
