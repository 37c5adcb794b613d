public import Assurance

/// From which distance on a text is unknown, so that few known ones are.
///
/// The router has a threshold of its own, and a text is unknown if either says so. Both together may call a share of the known rows unknown;
/// two cuts of that share each could call twice as many.
public struct NoveltyCut: Sendable, Codable, Equatable {
  /// The usual share of known rows that are called unknown at most.
  public static let usualShare = 0.02

  /// A text that is farther is unknown; `nil`: the router's own threshold takes the whole share, and distance decides nothing.
  public let distance: Double?
  /// The known rows that were called unknown, of those that were looked at.
  public let falseUnknown: Proportion

  /// Chooses the smallest distance.
  ///
  /// - Parameters:
  ///   - distances: Distances of known rows, none of which is kept to measure against.
  ///   - routed: Whether the router called each unknown; `nil`: there is no router.
  ///   - share: The largest share of these rows that may be called unknown, 0 … 1.
  /// - Throws: `AssuranceError` without rows, for lists of different lengths, or a share that is none.
  public init(distances: [Double], routed: [Bool]? = nil, share: Double = usualShare) throws {
    guard !distances.isEmpty else { throw AssuranceError.empty(what: "known rows to choose a distance on") }
    let routed = routed ?? distances.map { _ in false }
    guard routed.count == distances.count else {
      throw AssuranceError.lengths(what: "what the router says", expected: distances.count, got: routed.count)
    }
    guard share >= 0, share <= 1 else {
      throw AssuranceError.value(
        what: "the share of known rows that are called unknown", row: nil, expected: "0 … 1", got: "\(share)",
        fix: "0.02 is usual.")
    }
    if let row = distances.firstIndex(where: \.isNaN) {
      throw AssuranceError.value(
        what: "a distance", row: row, expected: "a number", got: "nan", fix: "Leave the row out.")
    }
    let most = Int(exactly: (share * Double(distances.count) + 1e-9).rounded(.down)) ?? 0
    let flagged = routed.count { $0 }
    let rest = zip(distances, routed).filter { !$0.1 }.map(\.0).sorted()
    if flagged > most {
      distance = nil
    } else {
      // So many of the others may be farther.
      let room = most - flagged
      distance = room < rest.count ? rest[rest.count - 1 - room] : -.leastNonzeroMagnitude
    }
    let cut = distance ?? .infinity
    falseUnknown = try Proportion(
      successes: zip(distances, routed).count { $0.1 || $0.0 > cut }, n: distances.count)
  }

  /// Whether a text is unknown.
  ///
  /// - Parameters:
  ///   - distance: Its distance.
  ///   - routed: Whether the router called it unknown.
  public func isUnknown(distance: Double, routed: Bool = false) -> Bool {
    routed || self.distance.map { !(distance <= $0) } ?? false
  }
}
