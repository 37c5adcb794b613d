import Files
import Foundation
import Review

/// An item of a simulated stream, and what has become of it.
struct SimulatedRecord {
  let item: SimulatedItem
  let digest: Digest
  let features: [Float]
  /// What made a person look at it, or nobody.
  let origin: RowOrigin
  /// What the policy takes it for, where that is another thing.
  let treated: RowOrigin
  /// Whether two people label it blindly.
  let isDouble: Bool
  /// The label of the side that claims it; `nil`: none does.
  let claimed: String?
  /// The hour, counted from the stream's first, from which on a person labels it; `nil`: nobody ever does.
  let due: Int?
  /// Log-probabilities by the version that serves, one a label; empty: there is none.
  var scores: [Double]
  /// Its final label.
  var label: String?
  /// Who labelled it.
  var reviewers: [String] = []
  /// Whether somebody decided between several labels.
  var isSettled = false
  /// Its place among all whose label became final; 0 before.
  var sequence = 0

  /// When it arrived.
  var arrived: Date { Date(timeIntervalSince1970: Double(item.day * 86_400 + item.second)) }

  /// What it is, and where it stands.
  var standing: RowStanding { RowStanding(origin: origin, isFinal: label != nil) }

  /// The same as the policy has it.
  var treatedStanding: RowStanding { RowStanding(origin: treated, isFinal: label != nil) }

  /// Whether the coin drew it.
  var isCoin: Bool { origin == .coinCalibrate || origin == .coinMonitor }

  /// Whether nobody looks at it.
  var isAutomatic: Bool { origin == .automatic }

  /// The place of the likeliest label; `nil` without scores.
  var likeliest: Int? { scores.indices.max { scores[$0] < scores[$1] } }
}
