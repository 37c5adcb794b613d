public import Files
public import Foundation
public import Review

/// Why the loop sends rows back to people.
public enum LoopQuestion: String, Sendable, Codable {
  /// Rows with nearly the same text have different labels.
  case adjudicate
  /// The served version is sure of another label.
  case secondPerson = "second_person"
}

/// What the loop asks of content review, and tells it.
public protocol LoopDesk: Sendable {
  /// The tasks that have a policy.
  func loopTasks() throws -> [String]

  /// What is known of a task.
  ///
  /// - Parameter task: The task.
  /// - Parameter after: The last event whose rows the set before has used.
  func loopFacts(of task: String, after: Int) throws -> LoopFacts

  /// Rows of a task whose labels are final, in the order of their events.
  ///
  /// - Parameter task: The task.
  /// - Parameter after: Rows of later events only.
  /// - Parameter upTo: The last event.
  func loopRows(of task: String, after: Int, upTo: Int) throws -> [FinalRow]

  /// All rows of all tasks that measure, with their words as far as these are there.
  func heldOutRows() throws -> [HeldOutRow]

  /// Sends rows back to people; fine where they are with them already.
  ///
  /// - Parameter items: The items.
  /// - Parameter question: Why.
  /// - Parameter task: The task.
  func ask(_ items: [String], _ question: LoopQuestion, of task: String) throws

  /// Certificates of all sides of a release, computed anew where it touches them.
  ///
  /// - Parameter release: The models of every task of the release.
  /// - Parameter scores: The labels of a task's version, and their scores for some texts; content review holds no model.
  /// - Returns: The certificates, and the sides that have none, as `spam/ok`.
  func certificates(
    for release: [String: CertificateBindings],
    scores: (_ task: String, _ texts: [String]) throws -> (labels: [String], rows: [[Double]])
  ) throws -> (certificates: [Certificate], human: [String])

  /// The side of a task that its alarm has stopped; `nil`: none since then.
  ///
  /// - Parameter task: The task.
  /// - Parameter since: From when on.
  func stoppedSide(of task: String, since: Date) throws -> String?

  /// Sends all items of a task to people until its certificates are checked again.
  ///
  /// - Parameter task: The task.
  func stopSides(of task: String) throws

  /// Lets certificates of the release that is served decide again, where they are still valid.
  ///
  /// - Parameter release: The models of every task of the release.
  /// - Parameter certificates: The certificates that it names.
  func checkCertificatesAgain(_ release: [String: CertificateBindings], certificates: [Digest]) throws
}
