import Files
public import Foundation

/// A set of tasks in the orders in which they may arrive.
///
/// Tasks are read one by one, when they are asked for: a run needs one at a time.
public protocol TaskSuite: Sendable {
  /// The suite's name, for reports.
  var name: String { get }

  /// The numbers of the orders that the suite has.
  var orders: [Int] { get }

  /// The names of the tasks in the order in which they arrive.
  ///
  /// - Parameter order: One of ``orders``.
  /// - Throws: ``StreamError/order(_:)`` for an unknown order.
  func taskNames(order: Int) throws -> [String]

  /// Reads one task.
  ///
  /// - Parameter name: One of the names of ``taskNames(order:)``.
  /// - Throws: A ``StreamError`` that names the file and the line of what is wrong.
  func task(named name: String) throws -> LearningTask

  /// The files that a task is read from: what a run digests, to say later which data it saw.
  ///
  /// - Parameter name: One of the names of ``taskNames(order:)``.
  func files(ofTask name: String) -> [URL]

  /// Whether published numbers exist that only the `legacy` column may stand beside. Then there are two columns, and the
  /// `clean` one leaves out rows that are also trained on; otherwise there is the `clean` scorer alone, on all rows.
  var hasLegacyColumn: Bool { get }

  /// How the answers to a task's test rows are scored, in two columns.
  ///
  /// - Parameter name: One of the names of ``taskNames(order:)``.
  /// - Throws: ``StreamError/identity(_:)`` for a task that the suite does not have.
  func scoring(ofTask name: String) throws -> TaskScoring

  /// What a table must say about a task's data, one sentence each: that it is not all of it, that rows leak.
  ///
  /// - Parameter name: One of the names of ``taskNames(order:)``.
  /// - Throws: A ``StreamError`` that names the file and the line of what is wrong.
  func notes(ofTask name: String) throws -> [String]
}

extension TaskSuite {
  /// Reads all tasks of an order.
  ///
  /// - Parameter order: One of ``orders``.
  /// - Throws: A ``StreamError`` that names the file and the line of what is wrong.
  public func tasks(order: Int) throws -> [LearningTask] {
    try taskNames(order: order).map(task(named:))
  }

  /// False, where a suite says nothing else.
  public var hasLegacyColumn: Bool { false }

  /// Exact answers: what labels and short answers are scored by where a suite says nothing else.
  ///
  /// - Parameter name: One of the names of ``TaskSuite/taskNames(order:)``.
  public func scoring(ofTask name: String) throws -> TaskScoring {
    TaskScoring(legacy: Accuracy(.legacy), clean: Accuracy(.clean))
  }

  /// Nothing, where a suite has nothing to say.
  ///
  /// - Parameter name: One of the names of ``TaskSuite/taskNames(order:)``.
  public func notes(ofTask name: String) throws -> [String] { [] }

  /// The error for an order that the suite does not have.
  func unknownOrder(_ order: Int) -> StreamError {
    let known = orders.map(String.init).listed
    return .order(
      StreamError.Detail(
        file: name, expected: "one of the orders \(known)", got: "order \(order)", fix: "Choose one of these."))
  }

  /// The error for a task that the suite does not have.
  func unknownTask(_ task: String, known: [String]) -> StreamError {
    .identity(
      StreamError.Detail(
        file: name, expected: "one of the tasks \(listed(known))", got: quoted(task), fix: "Choose one of these."))
  }
}
