import Assurance
import Files

/// G5: every side that decides by itself does so by a certificate of exactly what is released.
enum CertificateGate {
  private static let question = "Is every side that decides by itself certified for this release?"

  /// One side of a task in the new release.
  struct Side: Sendable {
    /// `spam/violation`
    let name: String
    /// Whether expert, router or template are others than in the release before; a new router touches all sides.
    let isTouched: Bool
    /// The digests that the release has: base, expert, router, template.
    let needs: [String: Digest]
    /// Those that its certificate is bound to; `nil`: it has none, and people decide.
    let certified: [String: Digest]?
    /// Whether its certificate was computed anew, or carried over by the byte-equality of every row.
    let isRenewed: Bool
  }

  /// - Parameter sides: The sides of all tasks.
  static func gate(_ sides: [Side]) -> Gate {
    let decided = sides.filter { $0.certified != nil }
    let other = decided.filter { $0.certified != $0.needs }
    let old = decided.filter { $0.certified == $0.needs && $0.isTouched && !$0.isRenewed }
    let numbers: [String: Double] = [
      "sides": Double(sides.count), "certified": Double(decided.count), "touched": Double(sides.count { $0.isTouched }),
      "ofOtherDigests": Double(other.count), "notRenewed": Double(old.count),
    ]
    guard other.isEmpty, old.isEmpty else {
      let words = other.map { "\($0.name) (of other digests)" } + old.map { "\($0.name) (not computed anew)" }
      return Gate(
        "G5", question, .fail, numbers: numbers, finding: words.listed,
        help: "Certify these sides with `accrete review certify`, or let people decide them.")
    }
    let people = sides.filter { $0.certified == nil }.map(\.name)
    return Gate(
      "G5", question, .pass, numbers: numbers,
      finding: "\(decided.count) of \(sides.count) sides are certified for exactly these digests"
        + (people.isEmpty ? "" : "; people decide \(people.listed)"))
  }
}
