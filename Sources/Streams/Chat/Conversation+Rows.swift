import Files
import Foundation

/// Conversations in the forms in which people have them.
extension Conversation {
  /// A row's conversation.
  ///
  /// - Parameter row: With `messages` (OpenAI, TRL), `prompt` and `completion` (TRL), `conversations` (ShareGPT), or `instruction`, `input`
  ///   and `output` (Alpaca).
  /// - Returns: The conversation, and which of its turns are not learned: their `weight` is 0, or they belong to the prompt.
  /// - Throws: ``StreamError/field(_:)``.
  static func read(_ row: RowFields, _ form: RowForm) throws -> (conversation: Conversation, unlearned: Set<Int>) {
    switch form {
    case .messages:
      let (turns, unlearned) = try messages("messages", of: row)
      return (Conversation(turns, tools: try tools(of: row)), unlearned)
    case .promptMessages: return try promptMessages(row)
    case .sharegpt: return (try sharegpt(row), [])
    default: return (try alpaca(row), [])
    }
  }

  /// TRL's loss is on the completion: what the model says in the prompt is not learned.
  private static func promptMessages(_ row: RowFields) throws -> (Conversation, Set<Int>) {
    let (asked, _) = try messages("prompt", of: row)
    // A request may have no completion yet.
    let hasNone = row.isEmpty("completion") || row.structure("completion") == .list([])
    let (answered, unlearned) = try hasNone ? ([], []) : messages("completion", of: row)
    try requireFewTurns(asked.count + answered.count, learning: false, of: row, "prompt")
    return (
      Conversation(asked + answered, tools: try tools(of: row)),
      Set(asked.indices).union(unlearned.map { asked.count + $0 })
    )
  }

  /// `[{"role": "user", "content": "…"}, …]`.
  ///
  /// - Parameter field: Where the list is.
  /// - Returns: The turns, and which have the weight 0.
  private static func messages(_ field: String, of row: RowFields) throws -> ([Turn], Set<Int>) {
    let fix = "Write [{\"role\": \"user\", \"content\": \"…\"}, {\"role\": \"assistant\", \"content\": \"…\"}]."
    var (turns, unlearned): ([Turn], Set<Int>) = ([], [])
    for message in try list(field, of: row, fix: fix) {
      guard let role = message.string("role") else { throw wrong(row, field, "a message without \"role\"", fix) }
      // A template writes it as it stands: another word could forge a turn.
      guard roles.contains(where: { $0.hasSameCodePoints(as: role) }) else {
        throw wrong(row, field, "the role \(quoted(role))", "Known are \(roles.joined(separator: ", ")).")
      }
      switch message.value("weight") {
      case nil, .integer(1), .number(1): break
      case .integer(0), .number(0): unlearned.insert(turns.count)
      default: throw wrong(row, field, "a \"weight\" that is neither 0 nor 1", "0: the turn is not learned; 1: it is.")
      }
      let rest = message.members.filter { member in
        member.value != .null && !["role", "content", "weight"].contains { member.name.elementsEqual($0.utf8) }
      }
      let content = try content(of: message, hasMore: !rest.isEmpty, row, field)
      turns.append(Turn(role: role, content: content, rest: rest))
    }
    return (turns, unlearned)
  }

  /// A text, or parts that are texts.
  private static func content(
    of message: Fields, hasMore: Bool, _ row: RowFields, _ field: String
  ) throws -> String {
    switch message.value("content") {
    case .text(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .list(let parts):
      return try parts.map { part in
        guard case .object(let members) = part, let text = Fields(members: members).string("text") else {
          throw wrong(
            row, field, "a content part that is not a text",
            "Accrete reads text alone: leave images and sounds out, or leave the row out.")
        }
        return text
      }.joined(separator: "\n")
    case .null, nil:
      // A call of a function has no words.
      if hasMore { return "" }
      fallthrough
    default:
      throw wrong(row, field, "a message without a text as \"content\"", "Write its text, or remove the message.")
    }
  }

  private static func tools(of row: RowFields) throws -> [JSONTree] {
    switch row.structure("tools") {
    case nil, .null: return []
    case .list(let list): return list
    default:
      throw StreamError.field(
        row.location.detail(
          expected: "a list \"tools\"", got: "something else", fix: "Write a list of functions, or leave it out."))
    }
  }

  private static let roles = ["system", "developer", "user", "assistant", "tool", "function", "ipython"]

  /// Turns of a conversation: each is written again for every answer that is learned, so that work grows with their square.
  private static let (mostTurns, mostLearned) = (4096, 256)

  static func requireFewTurns(_ count: Int, learning: Bool, of row: RowFields, _ field: String) throws {
    let most = learning ? mostLearned : mostTurns
    guard count > most else { return }
    throw wrong(
      row, field, "\(count) of them, which are more than \(most)",
      learning
        ? "Split the conversation: what is far back does not fit into --max-length anyhow." : "Send the last ones.")
  }

  private static let speakers = [
    "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "system": "system",
  ]

  /// `[{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}]`, with `system` beside it if there is one.
  private static func sharegpt(_ row: RowFields) throws -> Conversation {
    let (field, fix) = (
      "conversations", "Write [{\"from\": \"human\", \"value\": \"…\"}, {\"from\": \"gpt\", \"value\": \"…\"}]."
    )
    var turns = try row.spokenText("system").map { [Turn(role: "system", content: $0)] } ?? []
    for turn in try list(field, of: row, fix: fix) {
      guard let from = turn.string("from"), let value = turn.string("value") else {
        throw wrong(row, field, "a turn without the texts \"from\" and \"value\"", fix)
      }
      guard let role = speakers.first(where: { $0.key.hasSameCodePoints(as: from) })?.value else {
        throw wrong(
          row, field, "a turn from \(quoted(from))",
          "Known are human, gpt and system; write calls of functions as \"messages\" with \"tool_calls\".")
      }
      turns.append(Turn(role: role, content: value))
    }
    return Conversation(turns)
  }

  /// `instruction`, `input`, `output`; `system` and `history` (pairs of question and answer) if there are any.
  private static func alpaca(_ row: RowFields) throws -> Conversation {
    var turns = try row.spokenText("system").map { [Turn(role: "system", content: $0)] } ?? []
    switch row.structure("history") {
    case nil, .null: break
    case .list(let pairs):
      for pair in pairs {
        guard case .list(let both) = pair, both.count == 2, case .text(let question) = both[0],
          case .text(let answer) = both[1]
        else {
          throw wrong(row, "history", "something else than pairs", "Write [[\"question\", \"answer\"], …].")
        }
        turns.append(Turn(role: "user", content: String(decoding: question, as: UTF8.self)))
        turns.append(Turn(role: "assistant", content: String(decoding: answer, as: UTF8.self)))
      }
    default: throw wrong(row, "history", "something else", "Write [[\"question\", \"answer\"], …].")
    }
    turns.append(Turn(role: "user", content: try question(ofAlpaca: row)))
    if row.has("output") { turns.append(Turn(role: "assistant", content: try row.label("output"))) }
    return Conversation(turns)
  }

  /// What Alpaca's form asks: the instruction, and the input on a line of its own.
  static func question(ofAlpaca row: RowFields) throws -> String {
    let instruction = try row.text("instruction")
    return try row.spokenText("input").map { instruction + "\n" + $0 } ?? instruction
  }

  private static func list(_ field: String, of row: RowFields, fix: String) throws -> [Fields] {
    guard case .list(let values)? = row.structure(field), !values.isEmpty else {
      throw wrong(row, field, "something else, or nothing", fix)
    }
    try requireFewTurns(values.count, learning: false, of: row, field)
    return try values.map { value in
      guard case .object(let members) = value else { throw wrong(row, field, "an entry that is not an object", fix) }
      guard Set(members.map(\.name)).count == members.count else {
        throw wrong(row, field, "an entry that has a name twice", "Remove or rename one of the two.")
      }
      return Fields(members: members)
    }
  }

  static func wrong(_ row: RowFields, _ field: String, _ got: String, _ fix: String) -> StreamError {
    .field(row.location.detail(expected: "turns in \"\(field)\"", got: got, fix: fix))
  }

  /// The fields of one turn.
  private struct Fields {
    let members: [JSONTree.Member]

    func value(_ name: String) -> JSONTree? { members.first { $0.name.elementsEqual(name.utf8) }?.value }

    func string(_ name: String) -> String? {
      guard case .text(let bytes)? = value(name) else { return nil }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}

extension RowFields {
  /// A field with a list. A table's cell holds it as JSON; where that is blank, there is none. What is not JSON stays a text.
  fileprivate func structure(_ name: String) -> JSONTree? {
    guard range == nil, case .text(let bytes)? = value(name) else { return value(name) }
    guard !isEmpty(name) else { return nil }
    return (try? JSONTree(Data(bytes), rules: .init(keysAreUnique: true))) ?? JSONTree.text(bytes)
  }

  /// A field that may be missing or blank; then `nil`.
  fileprivate func spokenText(_ name: String) throws -> String? {
    switch value(name) {
    case nil, .null: return nil
    case .text(let bytes) where String(decoding: bytes, as: UTF8.self).stripped.isEmpty: return nil
    default: return try text(name)
    }
  }
}
