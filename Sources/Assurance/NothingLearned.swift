import Foundation

/// How answers show that nothing was learned.
public enum NothingLearned: Sendable, Equatable {
  /// Every row got the same class, and not all rows are of it.
  case sameClass(Int)
  /// The one-sided 95 % lower bound of the accuracy is not above the share of the most frequent class.
  case likeMajority(accuracy: Proportion, majority: Proportion)
  /// Every answer is empty, or white space.
  case empty

  /// What predicted classes show; `nil`: something was learned.
  public init?(_ report: ClassReport) {
    let columns = report.confusion.indices.filter { column in report.confusion.contains { $0[column] > 0 } }
    if columns.count == 1, report.confusion.count > 1, report.majorityShare.value < 1, let only = columns.first {
      self = .sameClass(only)
    } else if report.accuracy.lowerBound() <= report.majorityShare.value {
      self = .likeMajority(accuracy: report.accuracy, majority: report.majorityShare)
    } else {
      return nil
    }
  }

  /// What written answers show; `nil`: not all of them are empty, or there is none.
  public init?(answers: [String]) {
    guard !answers.isEmpty, answers.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) else { return nil }
    self = .empty
  }

  /// What was found, as a sentence.
  ///
  /// - Parameter row: What one of the rows is called, such as `gate row`.
  /// - Parameter label: The name of a class.
  public func words(row: String, label: (Int) -> String) -> String {
    switch self {
    case .sameClass(let only): "every \(row) got the same label, \(label(only).debugDescription): nothing was learned."
    case .likeMajority(let accuracy, let majority):
      String(
        format: "accuracy %.1f %% cannot be told from always saying the most frequent label, %.1f %% (n %d).",
        accuracy.value * 100, majority.value * 100, accuracy.n)
    case .empty: "every answer to a \(row) is empty: nothing was learned."
    }
  }

  /// What is said where a base that only serves for trying is taught a user's own data.
  ///
  /// - Parameter fix: How a base of one's own is named.
  public static func toyBase(fix: String) -> String {
    "the base is one of the two that come with the program: small ones, for trying it. \(fix) takes a Hugging Face model of yours."
  }
}
