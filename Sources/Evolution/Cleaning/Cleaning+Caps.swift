import Files
import Foundation

extension Cleaning {
  /// Leaves out rows until no source and no lone reviewer has more than its share.
  ///
  /// Which rows of a group stay follows from their texts' digests, so that neither the order of arrival nor an uploader decides it.
  mutating func capShares() {
    let order = left.map { (index: $0, digest: Digest(of: Data(rows[$0].text.utf8)).hexadecimal) }
      .sorted { ($0.digest, rows[$0.index].id) < ($1.digest, rows[$1.index].id) }.map(\.index)
    let bySource = Self.numbers(rows.map { $0.source.map { "=" + $0 } ?? "" })
    let byReviewer = Self.numbers(rows.map { $0.reviewers.count == 1 ? $0.reviewers.first : nil })
    if let needed = missing(bySource, share: limits.sourceShare) {
      findings.append(.tooFewSources(got: count(bySource), needed: needed))
    }
    if let needed = missing(byReviewer, share: limits.reviewerShare) {
      findings.append(.tooFewReviewers(got: count(byReviewer), needed: needed))
    }
    // A set that cannot meet a cap is held as it is: cut to nothing, it would show nobody what is wrong.
    guard findings.isEmpty else { return }
    var before = 0
    repeat {
      before = left.count
      cap(order, bySource, share: limits.sourceShare, .sourceFull)
      cap(order, byReviewer, share: limits.reviewerShare, .reviewerFull)
    } while left.count < before
  }

  /// A number for each text, the same for the same; `nil` for `nil`.
  private static func numbers(_ texts: [String?]) -> [Int?] {
    var known: [ExactText: Int] = [:]
    return texts.map { text in
      guard let text else { return nil }
      let number = known[ExactText(text), default: known.count]
      known[ExactText(text)] = number
      return number
    }
  }

  private func sizes(_ groups: [Int?]) -> [Int: Int] {
    left.reduce(into: [:]) { sizes, row in groups[row].map { sizes[$0, default: 0] += 1 } }
  }

  private func count(_ groups: [Int?]) -> Int { sizes(groups).count }

  /// How many groups a cap takes, where the rows that are left have too few of them to meet it.
  private func missing(_ groups: [Int?], share: Double) -> Int? {
    let sizes = sizes(groups)
    let inGroups = sizes.values.reduce(0, +)
    guard share < 1, inGroups > 0, inGroups == left.count else { return nil }
    let needed = Int(exactly: (1 / share - 1e-9).rounded(.up)) ?? .max
    return sizes.count < needed ? needed : nil
  }

  private mutating func cap(_ order: [Int], _ groups: [Int?], share: Double, _ reason: CleaningReport.Reason) {
    let sizes = sizes(groups)
    let cap = ShareCap(share: share, groups: sizes.values, free: left.count - sizes.values.reduce(0, +))
    var taken: [Int: Int] = [:]
    for row in order where dropped[row] == nil {
      guard let group = groups[row] else { continue }
      taken[group, default: 0] += 1
      if taken[group, default: 0] > cap.rows { drop(row, reason) }
    }
  }
}
