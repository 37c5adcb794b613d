import Files
import Foundation
public import Registry
public import Streams

/// The rows of a version by short digests of their texts and answers: what changed since, and which rows nobody may learn from, without
/// keeping the rows.
public struct RowKeys: Sendable, Codable, Equatable {
  public static let media = "application/vnd.accrete.row-keys+json"
  /// The role of a version's part.
  public static let role = "rowKeys"

  /// By role; a key is `TEXT:ANSWER`, 16 and 8 hexadecimal digits.
  public let rows: [TaskExamples.Role: [String]]
  /// The same of what the user says alone, without a system turn or an instruction that every row begins with, row by row; `nil`: that is all
  /// that the rows have, or the version is older than these keys.
  public let said: [TaskExamples.Role: [String]]?

  private enum CodingKeys: String, CodingKey { case learn, choose, gate, said }

  public init(_ examples: TaskExamples) {
    let roles = TaskExamples.Role.allCases
    let rows = Dictionary(uniqueKeysWithValues: roles.map { ($0, examples[$0].map(Self.key)) })
    // Of all rows at once: what all begin with is no row's own.
    var texts = Conversation.saidAlone(roles.flatMap { examples[$0].map(\.text) })[...]
    let said = Dictionary(
      uniqueKeysWithValues: roles.map { role in
        let own = texts.prefix(examples[role].count)
        texts = texts.dropFirst(own.count)
        return (role, zip(own, examples[role]).map { Self.text($0) + ":" + Self.answer($1.answer) })
      })
    self.rows = rows
    self.said = said == rows ? nil : said
  }

  static func key(_ example: Example) -> String { text(example.text) + ":" + answer(example.answer) }

  /// The part of a key that names the answer.
  static func answer(_ answer: String) -> String { short(answer, 8) }

  /// The part of a key that names the text.
  static func text(_ text: String) -> String { short(Conversation.plain(text), 16) }

  private static func short(_ text: String, _ digits: Int) -> String {
    String(Digest(of: Data(text.utf8)).description.dropFirst("sha256:".count).prefix(digits))
  }

  /// The texts of a role.
  func texts(_ role: TaskExamples.Role) -> Set<String> { Set((rows[role] ?? []).map { String($0.prefix(16)) }) }

  /// All that rows of some roles are known by: their texts, and what the user says in them alone.
  func known(_ roles: TaskExamples.Role...) -> Set<String> {
    Set(roles.flatMap { (rows[$0] ?? []) + (said?[$0] ?? []) }.map { String($0.prefix(16)) })
  }

  /// What each text says alone, where that is known and more stands around it.
  private var saidOfText: [String: String] {
    guard let said else { return [:] }
    return rows.reduce(into: [:]) { all, role in
      for (row, alone) in zip(role.value, said[role.key] ?? []) {
        all[String(row.prefix(16))] = String(alone.prefix(16))
      }
    }
  }

  /// Texts among some that are known elsewhere only by what the user says in them: other turns stood around it.
  ///
  /// - Parameter texts: Keys of texts of these rows.
  /// - Parameter exact: Those that are known as they are.
  /// - Parameter known: What ``known(_:)`` gave there.
  func withOtherTurns(_ texts: Set<String>, but exact: Set<String>, in known: Set<String>) -> Set<String> {
    let said = saidOfText
    return texts.subtracting(exact).filter { known.contains($0) || said[$0].map(known.contains) ?? false }
  }

  /// Texts among some that other rows are learned from or chosen on, whatever stands around them.
  func shared(_ texts: Set<String>, with other: RowKeys) -> Set<String> {
    let exact = other.texts(.learn).union(other.texts(.choose)).intersection(texts)
    return exact.union(withOtherTurns(texts, but: exact, in: other.known(.learn, .choose)))
  }

  /// How a text is known.
  enum Found { case asGiven, withOtherTurns }

  /// How texts are known that may have been learned from or chosen on; `nil`: they are not.
  func found(_ texts: [String]) -> [Found?] {
    let (learned, known) = (self.texts(.learn).union(self.texts(.choose)), self.known(.learn, .choose))
    return zip(texts, Conversation.saidAlone(texts)).map { text, alone in
      let given = Self.text(text)
      if learned.contains(given) { return .asGiven }
      // What a few rows happen to begin with may have been a text's own where it was learned.
      let keys = [given, Self.text(alone)] + [Conversation.said(in: text)].compactMap(\.self).map(Self.text)
      return keys.contains(where: known.contains) ? .withOtherTurns : nil
    }
  }

  /// How many of some texts have the same answers here and in other rows.
  func sameAnswers(as other: RowKeys, of texts: Set<String>) -> Int {
    let (own, others, said) = (answers, other.answers, saidOfText)
    let alone = Self.answers(other.said ?? [:])
    return texts.count { text in
      [text, said[text] ?? text].contains { own[text] == others[$0] || own[text] == alone[$0] }
    }
  }

  /// The answers of each text.
  var answers: [String: Set<String>] { Self.answers(rows) }

  private static func answers(_ rows: [TaskExamples.Role: [String]]) -> [String: Set<String>] {
    rows.values.joined().reduce(into: [:]) {
      $0[String($1.prefix(16)), default: []].insert(String($1.dropFirst(17)))
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    rows = try Self.roles(of: container)
    said =
      try container.contains(.said)
      ? Self.roles(of: container.nestedContainer(keyedBy: CodingKeys.self, forKey: .said)) : nil
  }

  private static func roles(
    of container: KeyedDecodingContainer<CodingKeys>
  ) throws -> [TaskExamples.Role: [String]] {
    [
      .learn: try container.decode([String].self, forKey: .learn),
      .choose: try container.decode([String].self, forKey: .choose),
      .gate: try container.decode([String].self, forKey: .gate),
    ]
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try Self.encode(rows, to: &container)
    guard let said else { return }
    var nested = container.nestedContainer(keyedBy: CodingKeys.self, forKey: .said)
    try Self.encode(said, to: &nested)
  }

  private static func encode(
    _ rows: [TaskExamples.Role: [String]], to container: inout KeyedEncodingContainer<CodingKeys>
  ) throws {
    try container.encode(rows[.learn] ?? [], forKey: .learn)
    try container.encode(rows[.choose] ?? [], forKey: .choose)
    try container.encode(rows[.gate] ?? [], forKey: .gate)
  }
}

extension Registry {
  /// The keys of the rows that a version was made from; `nil` where it keeps none.
  public func rowKeys(of version: VersionRecord) throws -> RowKeys? {
    guard let part = try manifest(of: version).parts[RowKeys.role] else { return nil }
    return try JSONFile.decode(
      RowKeys.self, from: unpackedBlob(part.digest), path: "\(version.reference), \(RowKeys.role)")
  }
}

/// What is new in the rows of a task since its last version.
public struct RowChanges: Sendable, Codable, Equatable {
  /// The version that is compared with.
  public let since: String
  public let added: Int
  public let removed: Int
  /// Rows with the same text and another answer.
  public let relabelled: Int
  /// The first of them.
  public let relabelledRows: [RelabelledRow]?
  public let newLabels: [String]
  public let lostLabels: [String]

  /// Whether nothing changed.
  var isEmpty: Bool { added + removed + relabelled + newLabels.count + lostLabels.count == 0 }

  /// A row whose answer is another one now.
  public struct RelabelledRow: Sendable, Codable, Equatable {
    /// Its beginning.
    public let text: String
    /// A label that it no longer has; `nil`: keys do not tell free answers or sets of labels.
    public let before: String?
    public let now: String
  }

  private static let mostRows = 20
  /// Of a text that is shown.
  private static let mostScalars = 200

  init(
    since: String, old: RowKeys, oldLabels: [String], new: RowKeys, newLabels labels: [String], examples: TaskExamples
  ) {
    // Labels of older versions kept the white space around them, which is not part of a label.
    let plain = Dictionary(
      oldLabels.map { (RowKeys.answer($0), RowKeys.answer($0.stripped)) }, uniquingKeysWith: { first, _ in first })
    let (before, now) = (old.answers.mapValues { Set($0.map { plain[$0] ?? $0 }) }, new.answers)
    self.since = since
    added = now.keys.count { before[$0] == nil }
    removed = before.keys.count { now[$0] == nil }
    let changed = Set(now.filter { text, answers in before[text].map { $0 != answers } ?? false }.keys)
    relabelled = changed.count
    var left = changed
    relabelledRows = TaskExamples.Role.allCases.flatMap { examples[$0] }
      .filter { left.remove(RowKeys.text($0.text)) != nil }.prefix(Self.mostRows).map { example in
        let key = RowKeys.text(example.text)
        let gone = (before[key] ?? []).subtracting(now[key] ?? [])
        return RelabelledRow(
          text: String(
            String.UnicodeScalarView(Conversation.plain(example.text).unicodeScalars.prefix(Self.mostScalars))),
          before: oldLabels.map(\.stripped).first { gone.contains(RowKeys.answer($0)) },
          now: LabelSet(text: example.answer)?.cell ?? example.answer)
      }
    let (known, present) = (
      Set(oldLabels.map { ExactText($0.stripped) }), Set(labels.map { ExactText($0.stripped) })
    )
    newLabels = labels.filter { !known.contains(ExactText($0.stripped)) }
    lostLabels = oldLabels.filter { !present.contains(ExactText($0.stripped)) }
  }
}
