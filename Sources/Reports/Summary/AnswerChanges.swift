public import Records

/// Which rows of a task were answered otherwise at the end of a run than when the task had just been learned.
public struct AnswerChanges: Sendable, Equatable, Encodable {
  /// One of them, with the numbers of labels. A run folder holds no texts.
  public struct Row: Sendable, Equatable, Encodable {
    /// Number of the row in its task's file, from 0.
    public let index: Int
    public let right: Int
    public let learned: Int
    public let end: Int
  }

  public let task: String
  /// Names of the labels by number; `nil` where the run's folder does not say them.
  public let labels: [String]?
  /// Scored rows.
  public let rows: Int
  /// Right when the task was learned, wrong at the end.
  public let lost: [Row]
  /// Wrong when the task was learned, right at the end.
  public let gained: [Row]

  /// - Parameters:
  ///   - task: Its name.
  ///   - labels: Names of its labels.
  ///   - learned: The predictions right after it was learned.
  ///   - end: Those after the last task.
  /// - Returns: `nil` if they are not of the same rows in the same order.
  public init?(task: String, labels: [String]? = nil, learned: [Prediction], end: [Prediction]) {
    guard learned.map(\.index) == end.map(\.index), learned.map(\.gold) == end.map(\.gold) else { return nil }
    (self.task, self.labels) = (task, labels)
    rows = end.count
    func changed(_ isWanted: (Prediction, Prediction) -> Bool) -> [Row] {
      zip(learned, end).filter(isWanted).map {
        Row(index: $0.index, right: $0.gold, learned: $0.predicted, end: $1.predicted)
      }
    }
    lost = changed { $0.isRight && !$1.isRight }
    gained = changed { !$0.isRight && $1.isRight }
  }
}
