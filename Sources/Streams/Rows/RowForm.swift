import Files

/// Which fields the rows of a file have.
public enum RowForm: String, Sendable, Codable, CaseIterable {
  /// A text and one of the task's labels.
  case textLabel = "text-label"
  /// A text and those of the task's labels that belong to it.
  case textLabels = "text-labels"
  /// A prompt, used as it is, and what is to be answered.
  case promptAnswer = "prompt-answer"
  /// The same as others call it.
  case promptCompletion = "prompt-completion"
  /// A conversation in two lists of messages, as TRL writes it: what is asked, and the turns that are learned.
  case promptMessages = "prompt-messages"
  /// A conversation, as OpenAI and TRL write it.
  case messages
  /// A conversation in ShareGPT's form.
  case sharegpt
  /// A question and its answer in Alpaca's form.
  case alpaca

  /// What is asked, and what is to be answered.
  var fields: (text: String, answer: String) {
    switch self {
    case .textLabel: ("text", "label")
    case .textLabels: ("text", "labels")
    case .promptAnswer: ("prompt", "answer")
    case .promptCompletion, .promptMessages: ("prompt", "completion")
    case .messages: ("messages", "messages")
    case .sharegpt: ("conversations", "conversations")
    case .alpaca: ("instruction", "output")
    }
  }

  /// Whether rows are conversations, which the base's template writes.
  public var isConversation: Bool {
    switch self {
    case .promptMessages, .messages, .sharegpt, .alpaca: true
    case .textLabel, .textLabels, .promptAnswer, .promptCompletion: false
    }
  }

  /// Its fields, in words.
  var description: String {
    let names = fields.text == fields.answer ? fields.text : "\(fields.text) and \(fields.answer)"
    return self == .promptMessages ? "\(names) (messages)" : names
  }
  /// Whether the text stands between the task's instruction and cue.
  var hasText: Bool { self == .textLabel || self == .textLabels }

  /// The form of the first row of a file: the only one all of whose fields it has.
  ///
  /// - Throws: ``StreamError/field(_:)`` if that is none or more than one.
  init(of row: RowFields) throws {
    if let other = row.promptOfMessages { throw other }
    // Texts and lists of messages have the same two names.
    let other: RowForm = row.hasMessages(in: "prompt") ? .promptCompletion : .promptMessages
    let known = Self.allCases.filter { $0 != other }
    let found = known.filter { row.has($0.fields.text) && row.has($0.fields.answer) }
    // A conversation may be what pairs begin with; an answer of its own is one, whatever else a row has.
    if !found.contains(where: { $0.fields.text != $0.fields.answer }), let pairs = row.preferencePairs { throw pairs }
    guard found.count == 1, let form = found.first else {
      let forms = known.map { form in
        form.fields.text == form.fields.answer
          ? "\"\(form.fields.text)\"" : "\"\(form.fields.text)\" and \"\(form.fields.answer)\""
      }
      throw StreamError.field(
        row.headLocation.detail(
          expected: "the fields of one form (\(forms.joined(separator: ", or ")))",
          got: row.names.isEmpty ? "a row without fields" : listed(row.names),
          fix: found.isEmpty
            ? Self.advice(for: row)
            : "Say which is meant: --form \(found.map(\.rawValue).joined(separator: " or "))."))
    }
    self = form
  }

  /// What helps where a row has the fields of none.
  private static func advice(for row: RowFields) -> String {
    if let unwrapping = row.unwrapping { return unwrapping }
    let named = allCases.first { form in
      [form.fields.text, form.fields.answer].allSatisfy { name in row.names.contains { $0.lowercased() == name } }
    }
    if let fields = named?.fields {
      let pairs = [fields.text, fields.answer].map { name in
        "\(name)=\(row.names.first { $0.lowercased() == name } ?? name)"
      }
      return "Names are compared to the letter: --columns \(pairs.joined(separator: ","))."
    }
    if let gathering = row.gathering { return gathering }
    return
      "Rename them, or say which they are: --columns text=COLUMN,label=COLUMN. The first line of a table has the columns' names."
  }

  /// The row's examples: one, or of a conversation one for each turn of the model.
  ///
  /// - Parameters:
  ///   - row: The row.
  ///   - id: The row's id.
  ///   - refusesOptions: Whether a field that looks like an option of the task is an error; not where columns were named.
  ///   - hasTemplate: Whether a template writes conversations. Without one, Alpaca's questions are prompts.
  /// - Throws: ``StreamError/field(_:)`` if the row is of another form, or a field is missing or of another type.
  func examples(of row: RowFields, id: String, refusesOptions: Bool, hasTemplate: Bool) throws -> [Example] {
    guard row.has(fields.text) || row.has(fields.answer) else {
      throw StreamError.field(
        row.location.detail(
          expected: "\"\(fields.text)\" and \"\(fields.answer)\", as in the first row", got: listed(row.names),
          fix: "Write all rows of a file in one form, or make two files."))
    }
    if self == .alpaca, !hasTemplate {
      let prompt = try Conversation.question(ofAlpaca: row) + "\n"
      return [Example(id: id, index: row.index, text: prompt, answer: try row.label("output"))]
    }
    if isConversation {
      let (conversation, unlearned) = try Conversation.read(row, self)
      return try conversation.examples(without: unlearned, of: row, form: self, id: id)
    }
    for name in ["instruction", "cue"] where refusesOptions && row.has(name) {
      throw StreamError.field(
        row.location.detail(
          expected: "no field \"\(name)\" in a row", got: "one",
          fix:
            "Remove it: the whole task has one --\(name). A row of its own kind can be \"prompt\" and \"answer\"; --columns passes over what it does not name."
        ))
    }
    let text = try row.text(fields.text)
    return [
      Example(
        id: id, index: row.index, text: hasText ? text.stripped : text,
        answer: self == .textLabels ? try row.labelSet(fields.answer).text : try row.label(fields.answer))
    ]
  }
}
