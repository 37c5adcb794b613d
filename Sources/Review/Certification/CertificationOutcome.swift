public import Assurance
public import Files
public import Foundation

/// What came of the attempt to certify a side.
public struct CertificationOutcome: Sendable, Equatable {
  /// The certificate, or why there is none.
  public enum Verdict: Sendable, Equatable {
    case certified(Certificate)
    case refused(CertificationRefusal)
  }

  /// The certificate, or why there is none.
  public let verdict: Verdict
  /// The blobs that a certificate names, by their digests; none without one.
  public let blobs: [Digest: Data]
  /// The walk; empty where no label was looked at.
  public let steps: [ThresholdWalk.Step]
  /// Rows that certify, and those that fit the scale.
  public let rows: CalibrationRows

  /// Whether labels were looked at: the next attempt with any of these rows has a smaller part of δ then.
  public var isLook: Bool { !steps.isEmpty }

  /// The certificate, if there is one.
  public var certificate: Certificate? {
    if case .certified(let certificate) = verdict { certificate } else { nil }
  }

  /// Why there is no certificate, if there is none.
  public var refusal: CertificationRefusal? {
    if case .refused(let refusal) = verdict { refusal } else { nil }
  }
}

/// Why a side cannot be certified with the rows at hand, and what it would take.
public struct CertificationRefusal: Sendable, Codable, Equatable {
  /// What is missing.
  public enum Reason: String, Sendable, Codable {
    /// Too few items of the stream to choose thresholds by.
    case fewStreamItems = "few-stream-items"
    /// Too few rows above any threshold.
    case fewRows = "few-rows"
    /// Too few rows that two people labelled.
    case fewDoubles = "few-doubles"
    /// People agree with each other less than the model is to agree with them.
    case peopleDisagree = "people-disagree"
    /// Not even above the strictest threshold could it be shown.
    case tooManyErrors = "too-many-errors"
  }

  /// What is missing.
  public let reason: Reason
  /// The task.
  public let task: String
  /// The label.
  public let side: String
  /// How many rows, items or doubles there are.
  public let have: Int
  /// How many it takes; `nil` where no number would do.
  public let needs: Int?
  /// How many items the coin has to draw for calibration in all, for ``needs`` rows; `nil` where the coin draws none of it.
  public let coinRows: Int?
  /// The share that was seen: of wrong rows, or of equal labels; `nil` where none was looked at.
  public let seen: Double?
  /// The share that was asked for; `nil` where none was looked at.
  public let target: Double?

  /// The refusal as a sentence.
  public var text: String {
    let side = "side \(side) of \(task)"
    switch reason {
    case .fewStreamItems:
      return
        "\(side): cannot be certified yet: its thresholds are chosen from at least \(needs ?? 0) scored items, and there are \(have)."
    case .fewRows:
      guard let needs else {
        return
          "\(side): cannot be certified: the model gives no item of the stream this label with a probability above one half."
      }
      return
        "\(side): cannot be certified with the \(have) rows at hand: needs \(needs), for which the coin has to draw \(coinRows ?? needs)."
    case .fewDoubles:
      return
        "\(side): cannot be certified yet: how far people agree is known from \(have) rows that two of them labelled, and it takes \(needs ?? 0)."
    case .peopleDisagree:
      return
        "\(side): cannot be certified at \(Self.percent(target)): people agree with each other on \(Self.percent(seen)) of \(have) rows, and the"
        + " model cannot be shown to agree with them more. Improve the guideline, or ask for less."
    case .tooManyErrors:
      guard let needs else {
        return
          "\(side): cannot be certified: of the rows that the model is surest of, \(Self.percent(seen)) are wrong, and \(Self.percent(target)) are"
          + " allowed. More rows will not change that; a better expert may."
      }
      return
        "\(side): cannot be certified with the \(have) rows at hand: \(Self.percent(seen)) wrong where \(Self.percent(target)) are allowed would take"
        + " \(needs) rows, for which the coin has to draw \(coinRows ?? needs)."
    }
  }

  private static func percent(_ share: Double?) -> String {
    guard let share, share.isFinite else { return "–" }
    return String(format: "%.2f %%", 100 * share)
  }
}
