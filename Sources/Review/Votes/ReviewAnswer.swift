import Files

/// What a person answers about an item.
public struct ReviewAnswer: Sendable, Equatable {
  /// What was said.
  public enum Verdict: Sendable, Equatable {
    /// This label. Where the item waits for a lead, it is the one that counts.
    case label(String)
    /// Nothing, and why.
    case skip(reason: String)
    /// That a lead should look at it, and why.
    case flag(reason: String)
  }

  /// The most bytes of UTF-8 that a reason has.
  public static let longestReason = 2000

  /// What was said.
  public let verdict: Verdict
  /// How long it took, in milliseconds; `nil`: nobody has measured it.
  public let milliseconds: Int?
  /// Whether the person saw what the model suggests.
  public let sawSuggestion: Bool
  /// The version of the guideline that the person had; `nil`: the one of the policy.
  public let guideline: String?

  /// Makes an answer.
  ///
  /// - Parameters:
  ///   - verdict: What was said.
  ///   - milliseconds: How long it took, in milliseconds.
  ///   - sawSuggestion: Whether the person saw what the model suggests.
  ///   - guideline: The version of the guideline that the person had.
  public init(_ verdict: Verdict, milliseconds: Int? = nil, sawSuggestion: Bool = false, guideline: String? = nil) {
    self.verdict = verdict
    self.milliseconds = milliseconds
    self.sawSuggestion = sawSuggestion
    self.guideline = guideline
  }

  var reason: String? {
    switch verdict {
    case .label: nil
    case .skip(let reason), .flag(let reason): reason
    }
  }

  /// Requires what can be said without looking at the item.
  func check() throws {
    if let milliseconds, milliseconds < 0 {
      throw ReviewError.invalid(what: "milliseconds", got: "\(milliseconds)", expected: "0 or more")
    }
    if let guideline, guideline.utf8.count > 256 {
      throw ReviewError.invalid(
        what: "guideline", got: "\(guideline.utf8.count) bytes", expected: "at most 256 bytes")
    }
    if let reason {
      let isSaid = reason.unicodeScalars.contains { !$0.properties.isWhitespace }
      guard isSaid, reason.utf8.count <= Self.longestReason else {
        throw ReviewError.invalid(
          what: "reason", got: isSaid ? "\(reason.utf8.count) bytes" : "nothing",
          expected: "a reason of at most \(Self.longestReason) bytes")
      }
    }
  }
}
