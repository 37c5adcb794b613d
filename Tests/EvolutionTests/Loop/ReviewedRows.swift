import Files
import Foundation
import Review
import Synchronization

@testable import Evolution

/// Content review of a test: rows, and what it was asked.
final class ReviewedRows: LoopDesk {
  struct Contents: Sendable {
    var rows: [FinalRow] = []
    var heldOut: [HeldOutRow] = []
    var asked: [LoopQuestion: [String]] = [:]
    var people: Set<String> = []
    var checkedAgain: [[String]] = []
  }

  private let contents = Mutex(Contents())

  func with<Result: Sendable>(_ body: (inout Contents) -> Result) -> Result { contents.withLock { body(&$0) } }

  /// A row of its own words, source and reviewer.
  static func row(
    _ number: Int, _ origin: RowOrigin = .queue, label: String? = nil, words: String? = nil, source: String? = nil,
    isFinal: Bool = true
  ) -> FinalRow {
    let words =
      words ?? "item \(number) speaks of subject \(number * 7919 % 1009) and of place \(number * 104_729 % 997)"
    return FinalRow(
      id: "item-\(number)", place: number, text: Digest(of: Data(words.utf8)), words: words,
      label: label ?? (number % 3 == 0 ? "violation" : "ok"), source: source ?? "source-\(number % 50)",
      reviewers: ["person-\(number % 8)"], isSettled: false,
      standing: RowStanding(origin: origin, isFinal: isFinal))
  }

  func loopTasks() -> [String] { ["spam"] }
  func loopFacts(of task: String, after: Int) -> LoopFacts { LoopFacts(sequence: with { $0.rows.last?.place ?? 0 }) }

  func loopRows(of task: String, after: Int, upTo: Int) -> [FinalRow] {
    with { $0.rows.filter { $0.place > after && $0.place <= upTo } }
  }

  func heldOutRows() -> [HeldOutRow] { with { $0.heldOut } }

  func ask(_ items: [String], _ question: LoopQuestion, of task: String) { with { $0.asked[question] = items } }

  func certificates(
    for release: [String: CertificateBindings],
    scores: (_ task: String, _ texts: [String]) throws -> (labels: [String], rows: [[Double]])
  ) -> (certificates: [Certificate], human: [String]) { ([], ["spam/ok", "spam/violation"]) }

  func stoppedSide(of task: String, since: Date) -> String? { nil }
  func stopSides(of task: String) { with { _ = $0.people.insert(task) } }
  func checkCertificatesAgain(_ release: [String: CertificateBindings], certificates: [Digest]) {
    with { $0.checkedAgain.append(release.keys.sorted()) }
  }
}
