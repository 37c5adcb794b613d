import Files
import Foundation
import Randomness

/// The rows of one task by what they are for: what is learned, what choices rest on, and what gates and printed scores are taken from.
public struct TaskExamples: Sendable {
  /// What a row is for.
  public enum Role: String, Sendable, Codable, CaseIterable {
    case learn
    /// Early stopping, output head, calibration.
    case choose
    /// Gates and printed scores; nothing is chosen on them.
    case gate
  }

  /// Where the roles come from.
  public enum Origin: String, Sendable, Codable {
    /// The file says `split`: validation rows are choose, test rows gate.
    case file
    /// The file says `split` without `validation`: choose rows are dealt from its training rows.
    case fileWithoutValidation = "file-without-validation"
    /// By a hash of the text: 15 percent gate rows; of the rest choose rows are dealt, 15 percent of all, or more where these are few.
    case hash
  }

  /// Name, instruction, cue, labels and kind; its rows are empty.
  public let task: LearningTask
  public let learn: [Example]
  public let choose: [Example]
  public let gate: [Example]
  public let origin: Origin
  /// The form of the file that they were read from, in words; `nil`: they were not read from one.
  public let form: String?
  /// Whether each text is a ``Conversation``'s, which the base's template writes.
  public let areConversations: Bool
  /// What was left out of the file, a sentence each.
  public let leftOut: [String]

  public init(
    task: LearningTask, learn: [Example], choose: [Example], gate: [Example], origin: Origin, form: String? = nil,
    areConversations: Bool = false, leftOut: [String] = []
  ) {
    self.task = LearningTask(
      name: task.name, instruction: task.instruction, cue: task.cue, labels: task.labels, train: [], test: [],
      kind: task.kind)
    self.learn = learn
    self.choose = choose
    self.gate = gate
    self.origin = origin
    self.form = form
    self.areConversations = areConversations
    self.leftOut = leftOut
  }

  /// The same with other rows.
  func with(learn: [Example], choose: [Example], gate: [Example]) -> TaskExamples {
    TaskExamples(
      task: task, learn: learn, choose: choose, gate: gate, origin: origin, form: form,
      areConversations: areConversations, leftOut: leftOut)
  }

  public subscript(role: Role) -> [Example] {
    switch role {
    case .learn: learn
    case .choose: choose
    case .gate: gate
    }
  }

  /// Whether a text is a gate row, for ever and in every file: a corrected label, more rows or another order move nothing. Of more than
  /// ``RowReader/mostGate`` such rows, those with the smallest hashes stay gate rows.
  ///
  /// - Parameter text: The text, without white space at its ends.
  /// - Parameter share: Of gate rows.
  public static func isGate(_ text: String, share: Double = 0.15) -> Bool { position(of: text) < share }

  /// The same of an example, which may be a turn of a conversation.
  static func isGate(_ example: Example, share: Double = 0.15) -> Bool { position(of: example) < share }
}

extension TaskExamples {
  /// At most so many learn and choose rows together of each label; free answers count as one label. Gate rows stay. Choose rows that the
  /// file does not name are dealt anew.
  ///
  /// - Parameter perClass: `nil`: all.
  /// - Parameter seed: Of the draw.
  public func limited(perClass: Int?, seed: UInt64) -> TaskExamples {
    guard let perClass else { return self }
    let all = learn.map { ($0, Role.learn) } + choose.map { ($0, Role.choose) }
    var order = Array(all.indices)
    var stream = RandomStream(seed: seed, "rows", task.name)
    stream.shuffle(&order)
    var taken: [ExactText: Int] = [:]
    var kept: [Role: [Example]] = [:]
    for position in order {
      let (row, role) = all[position]
      let labels = Self.labels(of: row, kind: task.kind)
      guard labels.allSatisfy({ taken[$0, default: 0] < perClass }) else { continue }
      for label in labels { taken[label, default: 0] += 1 }
      kept[role, default: []].append(row)
    }
    func sorted(_ role: Role) -> [Example] { (kept[role] ?? []).sorted { $0.index < $1.index } }
    var (learn, choose) = (sorted(.learn), sorted(.choose))
    if let share = origin.chooseShare {
      let rows = (learn + choose).sorted { $0.index < $1.index }
      (learn, choose) = Self.dealt(rows, share: share, kind: task.kind)
    }
    return with(learn: learn, choose: choose, gate: gate)
  }
}
