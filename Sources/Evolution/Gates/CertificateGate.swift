import Assurance
import Files
import Review

/// G5: every side that decides by itself does so by a certificate of exactly what is released.
enum CertificateGate {
  private static let question = "Is every side that decides by itself certified for this release?"

  /// One side of a task in the new release.
  struct Side: Sendable {
    /// `spam/violation`
    let name: String
    /// What the release before has for the task; `nil`: it does not have it.
    let before: CertificateBindings?
    /// What the new release has. A new router touches all sides.
    let after: CertificateBindings
    /// What its certificate is bound to; `nil`: it has none, and people decide.
    let certified: CertificateBindings?
    /// Whether its certificate was computed for this release, or carried over by the byte-equality of every row.
    let isRenewed: Bool
    /// Whether its certificate rests on rows of the stream; one from a file says nothing of it.
    let isForProduction: Bool
  }

  /// - Parameter sides: The sides of all tasks.
  static func gate(_ sides: [Side]) -> Gate {
    let decided = sides.filter { $0.certified != nil }
    let other = decided.compactMap { side in
      side.certified.map { (side.name, $0.differences(from: side.after)) }
    }.filter { !$0.1.isEmpty }
    let old = decided.filter { $0.certified == $0.after && $0.before != $0.after && !$0.isRenewed }
    let files = decided.filter { !$0.isForProduction }
    let numbers: [String: Double] = [
      "sides": Double(sides.count), "certified": Double(decided.count),
      "touched": Double(sides.count { $0.before != $0.after }), "ofOtherDigests": Double(other.count),
      "notRenewed": Double(old.count), "notForProduction": Double(files.count),
    ]
    let words =
      other.map { "\($0.0) (of another \($0.1.listed))" } + old.map { "\($0.name) (not computed anew)" }
      + files.map { "\($0.name) (from a file, not for production)" }
    guard words.isEmpty else {
      return Gate(
        "G5", question, .fail, numbers: numbers, finding: words.listed,
        help: "Certify these sides, or let people decide them.")
    }
    let people = sides.filter { $0.certified == nil }.map(\.name)
    return Gate(
      "G5", question, .pass, numbers: numbers,
      finding: "\(decided.count) of \(sides.count) sides are certified for exactly these digests"
        + (people.isEmpty ? "" : "; people decide \(people.listed)"))
  }
}
