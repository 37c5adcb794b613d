import Files
public import Foundation

/// A cluster of unknown items that a person has made a task.
public struct NamedTask: Sendable, Codable, Equatable {
  /// The longest guideline, in bytes.
  public static let mostGuideline = 65_536
  /// The most labels.
  public static let mostLabels = 64

  /// The cluster's id.
  public let cluster: String
  /// Ids of the items that become the task's first ones; people label them, nothing else does.
  public let items: [String]
  /// The task's name.
  public let task: String
  /// Its labels.
  public let labels: [String]
  /// What reviewers go by.
  public let guideline: String
  /// Who named it.
  public let person: String
  /// When.
  public let at: Date

  /// Names a cluster.
  ///
  /// - Parameters:
  ///   - cluster: The cluster, large, old and mixed enough.
  ///   - task: A plain name that no task has, whatever its case.
  ///   - labels: 2 to 64 labels, no two alike.
  ///   - guideline: What reviewers go by; not empty.
  ///   - person: Who names it.
  ///   - at: When.
  ///   - taken: Names that tasks have.
  /// - Throws: ``EvolutionError/naming(what:expected:got:fix:)``.
  public init(
    _ cluster: NoveltyCluster, task: String, labels: [String], guideline: String, person: String, at: Date,
    taken: [String]
  ) throws {
    func require(_ isSo: Bool, _ what: String, expected: String, got: String, fix: String) throws {
      guard isSo else { throw EvolutionError.naming(what: what, expected: expected, got: got, fix: fix) }
    }
    try require(
      cluster.isReady, "cluster \(cluster.id.printable)",
      expected:
        "\(NoveltyCluster.Least.items) items from \(NoveltyCluster.Least.sources) sources on \(NoveltyCluster.Least.days) days",
      got: "\(cluster.items.count) from \(cluster.sources) on \(cluster.days)",
      fix: "Wait until it has grown, or dismiss it.")
    try require(
      PlainName.isPlain(task, longest: 128), "the name of a task",
      expected: "1 to 128 of A–Z, a–z, 0–9, \".\", \"_\", \"-\", no dot first", got: task.debugDescription,
      fix: PlainName.proposal(for: task, longest: 128).map { "\($0) would do." } ?? "Choose another name.")
    try require(
      !taken.contains { $0.lowercased() == task.lowercased() }, "the name of a task", expected: "one that no task has",
      got: task, fix: "Choose another name, or give the items to that task.")
    try require(
      (2...Self.mostLabels).contains(labels.count), "the labels of \(task)", expected: "2 to \(Self.mostLabels)",
      got: "\(labels.count)", fix: "A task with one label has nothing to decide.")
    let stripped = labels.map { $0.trimmingCharacters(in: .whitespacesAndNewlines).lowercased() }
    try require(
      !stripped.contains("") && Set(stripped.map(ExactText.init)).count == labels.count, "the labels of \(task)",
      expected: "labels that differ by more than case and spaces",
      got: labels.map(\.debugDescription).joined(separator: ", "),
      fix: "Name each once.")
    try require(
      (1...Self.mostGuideline).contains(guideline.utf8.count) && guideline.contains { !$0.isWhitespace },
      "the guideline of \(task)", expected: "a text of at most \(Self.mostGuideline) bytes",
      got: "\(guideline.utf8.count) bytes", fix: "Say in a few sentences when an item has which label.")
    self.cluster = cluster.id
    items = cluster.items
    self.task = task
    self.labels = labels
    self.guideline = guideline
    self.person = person
    self.at = at
  }
}
