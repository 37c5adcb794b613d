public import Files

extension Conversation {
  /// The examples of a conversation: what stands before each turn of the model is asked, and the turn is the answer.
  ///
  /// - Parameters:
  ///   - unlearned: Positions of turns that are not learned.
  ///   - row: Where it stands.
  ///   - id: The row's.
  /// - Throws: ``StreamError/field(_:)`` where there is nothing to learn.
  func examples(without unlearned: Set<Int>, of row: RowFields, form: RowForm, id: String) throws -> [Example] {
    try Self.requireFewTurns(turns.count, learning: true, of: row, form.fields.text)
    let answers = turns.indices.filter { turns[$0].isAnswer && !unlearned.contains($0) }
    // Both lists of a prompt and its completion are turns; what is learned stands in the second.
    let field = form == .promptMessages ? form.fields.answer : form.fields.text
    func refuse(_ got: String, _ fix: String) -> StreamError { Self.wrong(row, field, got, fix) }
    guard !answers.isEmpty else {
      let got =
        form == .promptMessages
        ? "no turn of the assistant that is learned"
        : turns.contains(where: \.isAnswer) ? "turns of the assistant whose weight is 0" : "no turn of the assistant"
      throw refuse(got, "Add the answer that is to be learned, or remove the row.")
    }
    let key = turns.count(where: \.isQuestion) > 1 ? splitKey : nil
    return try answers.map { position in
      let (before, turn) = (turns[..<position], turns[position])
      guard before.contains(where: { !$0.isSystem }) else {
        throw refuse("an answer before any question", "Let the user speak first.")
      }
      guard turn.rest.isEmpty else {
        throw refuse(
          "an answer that calls functions, or has more fields than \"content\"",
          "Calls can be asked about, not learned: give the turn \"weight\": 0, or write the call into its content.")
      }
      guard !turn.content.stripped.isEmpty else {
        throw refuse("a blank answer", "Write it, or remove the row.")
      }
      return Example(
        id: answers.count == 1 || id.isEmpty ? id : "\(id)/\(position)", index: row.index,
        text: with(before).text, answer: turn.content,
        splitKey: key)
    }
  }

  /// A row of an example, from which ``RowReader`` reads this example and no other: earlier answers have the weight 0.
  ///
  /// - Parameter answer: The example's.
  public func row(answering answer: String) -> JSONTree {
    var messages = turns.map { turn -> JSONTree in
      guard turn.isAnswer, case .object(let members) = turn.tree else { return turn.tree }
      return .object(members + [JSONTree.Member(name: Array("weight".utf8), value: .integer(0))])
    }
    messages.append(Turn(role: "assistant", content: answer).tree)
    let tools = tools.isEmpty ? [] : [JSONTree.Member(name: Array("tools".utf8), value: .list(tools))]
    return .object([JSONTree.Member(name: Array("messages".utf8), value: .list(messages))] + tools)
  }

  /// What is asked: without the last turn where the model has spoken it, which is the right answer then.
  var asked: (conversation: Conversation, answer: String?) {
    guard let last = turns.last, last.isAnswer else { return (self, nil) }
    return (with(turns.dropLast()), last.content)
  }
}
