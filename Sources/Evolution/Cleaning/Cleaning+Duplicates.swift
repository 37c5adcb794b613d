import Assurance
import Files

extension Cleaning {
  /// Drops the rows that nearly are rows that measure: the yardstick stays unread.
  mutating func dropHeldOut(_ heldOut: [HeldOutRow]) throws {
    let texts = try HeldOutTexts(heldOut.map(\.text))
    for row in rows.indices {
      if let match = try texts.match(rows[row].text) { drop(row, .heldOut, of: heldOut[match.row]) }
    }
  }

  /// Takes apart clusters of nearly equal texts, and asks about rows that contradict the current version.
  mutating func dropDuplicates() throws {
    let left = left
    let duplicates = try NearDuplicates(of: left.map { rows[$0].text })
    let clusters = duplicates.clusters.map { $0.map { left[$0] } }
    for cluster in clusters {
      if Set(cluster.map { ExactText(rows[$0].label) }).count > 1 { adjudicate(cluster) }
    }
    dropRepeated(left, duplicates.exactFirst)
    askAboutOpposed()
    for cluster in clusters { cap(cluster) }
  }

  /// Sends rows of a cluster with several labels to somebody who decides: as many of each label as may stay of a cluster, since one wrong
  /// label in a mass of equal messages must not send all of them. Where enough were decided about, the others are not needed.
  private mutating func adjudicate(_ cluster: [Int]) {
    let settled = cluster.filter { rows[$0].isSettled }
    let room = max(0, limits.clusterRows - settled.count)
    var sent: [ExactText: Int] = [:]
    for row in cluster where !rows[row].isSettled {
      let label = ExactText(rows[row].label)
      let other = cluster.first { !rows[$0].label.hasSameCodePoints(as: label.text) }
      if sent[label, default: 0] < room {
        sent[label, default: 0] += 1
        drop(row, .conflictingLabels, because: other.map { rows[$0].id })
      } else {
        drop(row, .clusterFull, because: (settled.first ?? other).map { rows[$0].id })
      }
    }
  }

  /// Of rows with the same text and label one stays: the first that somebody decided about, or the first.
  ///
  /// - Parameters:
  ///   - candidates: Rows.
  ///   - first: For each the place among them of the first one with its text.
  private mutating func dropRepeated(_ candidates: [Int], _ first: [Int]) {
    let texts = Dictionary(uniqueKeysWithValues: zip(candidates, first))
    var kept: [Int: [ExactText: Int]] = [:]
    for row in decidedFirst(candidates.filter { dropped[$0] == nil }) {
      guard let text = texts[row] else { continue }
      let label = ExactText(rows[row].label)
      if let other = kept[text]?[label] {
        drop(row, .exactDuplicate, because: rows[other].id)
      } else {
        kept[text, default: [:]][label] = row
      }
    }
  }

  /// Two people, or somebody who decided, outweigh the current version; one alone does not where it is sure.
  private mutating func askAboutOpposed() {
    for row in left where !rows[row].isSettled && rows[row].reviewers.count < 2 {
      guard let current = rows[row].current, current.probability >= limits.opposing,
        !current.label.hasSameCodePoints(as: rows[row].label)
      else { continue }
      drop(row, .opposesCurrent)
    }
  }

  private mutating func cap(_ cluster: [Int]) {
    let some = decidedFirst(cluster.filter { dropped[$0] == nil })
    for row in some.dropFirst(limits.clusterRows) { drop(row, .clusterFull, because: some.first.map { rows[$0].id }) }
  }

  private func decidedFirst(_ some: [Int]) -> [Int] {
    some.filter { rows[$0].isSettled } + some.filter { !rows[$0].isSettled }
  }
}
