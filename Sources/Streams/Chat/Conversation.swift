import Files
import Foundation

/// A conversation as a row has it: turns, each with a role and what was said.
///
/// It travels as one text, ``text``, wherever an example's text does: in splits, row digests, stored requests. How a model reads it is
/// decided by its base's template (``ChatForm``).
public struct Conversation: Sendable, Equatable {
  /// What one side says.
  public struct Turn: Sendable, Equatable {
    /// `system`, `user`, `assistant`, or another that the template knows.
    public let role: String
    public let content: String
    /// Other fields of the message, which the template may look at: `name`, `tool_calls`, ….
    let rest: [JSONTree.Member]

    public init(role: String, content: String) { self.init(role: role, content: content, rest: []) }

    init(role: String, content: String, rest: [JSONTree.Member]) {
      (self.role, self.content, self.rest) = (role, content, rest)
    }

    /// Whether the model says it.
    var isAnswer: Bool { role.hasSameCodePoints(as: "assistant") }
    var isQuestion: Bool { role.hasSameCodePoints(as: "user") }
    var isSystem: Bool { role.hasSameCodePoints(as: "system") || role.hasSameCodePoints(as: "developer") }

    /// The same with other words.
    func saying(_ content: String) -> Turn { Turn(role: role, content: content, rest: rest) }

    /// As JSON has it.
    var tree: JSONTree {
      .object(
        [
          .init(name: Array("role".utf8), value: .text(Array(role.utf8))),
          .init(name: Array("content".utf8), value: .text(Array(content.utf8))),
        ] + rest)
    }

    /// Texts are compared by code points.
    public static func == (one: Turn, other: Turn) -> Bool { one.tree == other.tree }
  }

  public let turns: [Turn]
  /// Functions that the model may call, as JSON schemas.
  let tools: [JSONTree]

  public init(_ turns: [Turn]) { self.init(turns, tools: []) }

  /// One question.
  public init(question: String) { self.init([Turn(role: "user", content: question)]) }

  init(_ turns: [Turn], tools: [JSONTree]) { (self.turns, self.tools) = (turns, tools) }

  /// The same with other turns.
  func with(_ turns: some Sequence<Turn>) -> Conversation { Conversation(Array(turns), tools: tools) }

  /// What every conversation's text begins with.
  private static let start = #"{"messages":["#

  /// One line of JSON, `{"messages":[…]}`: equal conversations have equal texts.
  public var text: String {
    var members = [JSONTree.Member(name: Array("messages".utf8), value: .list(turns.map(\.tree)))]
    if !tools.isEmpty { members.append(.init(name: Array("tools".utf8), value: .list(tools))) }
    return String(decoding: JSONTree.object(members).json, as: UTF8.self)
  }

  /// Reads what ``text`` wrote; `nil` for any other text.
  public init?(text: String) {
    guard text.utf8.starts(with: Self.start.utf8),
      case .object(let members)? = try? JSONTree(Data(text.utf8), rules: .init(keysAreUnique: true)),
      case .list(let list)? = members.first(where: { $0.name.elementsEqual("messages".utf8) })?.value
    else { return nil }
    var turns: [Turn] = []
    for value in list {
      guard case .object(let fields) = value, fields.count >= 2, case .text(let role) = fields[0].value,
        fields[0].name.elementsEqual("role".utf8), case .text(let content) = fields[1].value,
        fields[1].name.elementsEqual("content".utf8)
      else { return nil }
      turns.append(
        Turn(
          role: String(decoding: role, as: UTF8.self), content: String(decoding: content, as: UTF8.self),
          rest: Array(fields[2...])))
    }
    var tools: [JSONTree] = []
    if case .list(let list)? = members.first(where: { $0.name.elementsEqual("tools".utf8) })?.value { tools = list }
    self.init(turns, tools: tools)
    guard self.text.hasSameCodePoints(as: text) else { return nil }
  }

  /// What was said, without roles: what finds the task of a request.
  public var spoken: String {
    turns.filter { !$0.isSystem && !$0.content.isEmpty }.map(\.content).joined(separator: "\n")
  }

  /// What was said where a text is a conversation, else the text.
  public static func spoken(in text: String) -> String { Conversation(text: text)?.spoken ?? text }

  /// What decides the split of a conversation's examples: all that is asked in it. Its turns stay together, whatever is answered; others may
  /// open with the same words. Of one question it is the beginning up to it.
  var splitKey: String {
    guard turns.count(where: \.isQuestion) < 2 else { return with(turns.filter { !$0.isAnswer }).text }
    let first = turns.firstIndex(where: \.isQuestion) ?? turns.count - 1
    return Self.plain(with(turns.prefix(max(first, 0) + 1)).text)
  }

  /// The same of a text by itself.
  static func splitKey(of text: String) -> String { Conversation(text: text)?.splitKey ?? text }

  /// What was asked before each earlier answer in a conversation, the last first: who reads a later turn has read these answers.
  static func earlierQuestions(in text: String) -> some Sequence<String> {
    let whole = Conversation(text: text) ?? Conversation([])
    return whole.turns.indices.reversed().lazy.filter { whole.turns[$0].isAnswer }
      .map { whole.with(whole.turns[..<$0]).text }
  }

  /// What tells whether two rows are the same, in whatever form: of a conversation that is one question alone its words, else the text.
  public static func plain(_ text: String) -> String {
    guard let whole = Conversation(text: text), whole.turns.count == 1, whole.tools.isEmpty,
      let only = whole.turns.first, only.isQuestion, only.rest.isEmpty
    else { return text }
    return only.content.stripped
  }

  /// Every text in it that is not a turn's content: a template may write it.
  var otherTexts: [String] {
    turns.map(\.role) + (turns.flatMap { $0.rest.map(\.value) } + tools).flatMap(Self.texts)
      + turns.flatMap { $0.rest.map { String(decoding: $0.name, as: UTF8.self) } }
  }

  private static func texts(_ tree: JSONTree) -> [String] {
    switch tree {
    case .text(let bytes): [String(decoding: bytes, as: UTF8.self)]
    case .list(let values): values.flatMap(texts)
    case .object(let members): members.flatMap { [String(decoding: $0.name, as: UTF8.self)] + texts($0.value) }
    case .null, .boolean, .integer, .number: []
    }
  }
}
