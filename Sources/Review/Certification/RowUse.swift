/// What a labelled row is used for.
///
/// Which row may do what is decided in ``refusal(of:)``, and nowhere else. What chose a row decides what it can tell: of the rows that an expert
/// was unsure of, an error rate says nothing about those that it was sure of.
public enum RowUse: String, Sendable, Codable, CaseIterable {
  /// An expert, a head or a router is learned from it.
  case train
  /// A threshold or a temperature is chosen by it.
  case calibrate
  /// A gate or a monitor counts it.
  case measure

  /// Why a row may not be used so; `nil` where it may.
  ///
  /// - Parameter row: What the row is, and where it stands.
  public func refusal(of row: RowStanding) -> RowRefusal? {
    switch (self, row.origin) {
    // Its label would be the opinion of the model that is to learn from it, or to be measured by it.
    case (_, .automatic): .ownOpinion
    case (_, _) where !row.isFinal: .notFinal
    case (.calibrate, .coinCalibrate), (.measure, .coinMonitor), (.train, .queue), (.train, .appeal): nil
    case (.train, .coinCalibrate): row.certificate == .expired ? nil : .certificateInForce
    // The yardstick stays unread.
    case (.train, .coinMonitor): .yardstick
    case (.calibrate, _), (.measure, _): .chosen
    }
  }
}

/// What made a person look at a row.
public enum RowOrigin: String, Sendable, Codable, CaseIterable {
  /// The coin, the half that calibrates.
  case coinCalibrate = "coin-calibrate"
  /// The coin, the half that measures.
  case coinMonitor = "coin-monitor"
  /// The model: it was unsure, or knew nothing like it.
  case queue
  /// Nobody looked: it was decided automatically.
  case automatic
  /// Whoever disagreed with a decision.
  case appeal
}

/// A row and what has become of it, as far as its use depends on that.
public struct RowStanding: Sendable, Equatable {
  /// Whether a certificate rests on the row.
  public enum Certificate: String, Sendable, Codable {
    /// None did yet, so that one still may.
    case none
    /// One does that is in force.
    case current
    /// One did, and all that did have expired.
    case expired
  }

  /// What made a person look at it.
  public let origin: RowOrigin
  /// Whether a person's label is final.
  public let isFinal: Bool
  /// Whether a certificate rests on it.
  public let certificate: Certificate

  /// Describes a row.
  ///
  /// - Parameters:
  ///   - origin: What made a person look at it.
  ///   - isFinal: Whether a person's label is final.
  ///   - certificate: Whether a certificate rests on it.
  public init(origin: RowOrigin, isFinal: Bool, certificate: Certificate = .none) {
    self.origin = origin
    self.isFinal = isFinal
    self.certificate = certificate
  }
}

/// Why a row may not be used for something.
public enum RowRefusal: String, Sendable, Codable, CaseIterable {
  /// It was decided automatically: its label is the model's own opinion.
  case ownOpinion = "own-opinion"
  /// Its label is not final.
  case notFinal = "not-final"
  /// A certificate rests on it, or may yet.
  case certificateInForce = "certificate-in-force"
  /// It measures, and nothing may have seen it.
  case yardstick
  /// It was chosen by the model or by who disagreed, and stands for no other row.
  case chosen
  /// No row has this digest.
  case unknown

  /// The reason as part of a sentence.
  public var text: String {
    switch self {
    case .ownOpinion: "was decided automatically, so that its label is the model's own opinion"
    case .notFinal: "has no final label of a person"
    case .certificateInForce: "is kept for certificates, of which none that rests on it has expired"
    case .yardstick: "measures, and nothing may learn from what measures it"
    case .chosen: "was not drawn by the coin for this, so that it stands for no other row"
    case .unknown: "is not among the reviewed rows"
    }
  }
}
