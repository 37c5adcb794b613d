import Files
public import Tokenization

/// Makes token ids of the examples of one task, by section "Prompt and answer" of `docs/protocol.md`.
///
/// Instruction, text, cue and answer are tokenized separately and then joined. So the text can be shortened without touching the others,
/// and an answer has the same tokens after every prompt. Conversations are written by a template (``ChatForm``).
public struct PromptEncoder: Sendable {
  /// The tokens of every label's answer, in the order of the task's labels: `" " + label` and the end token. Empty for
  /// a generation.
  public let labelIds: [[Int]]

  /// The most tokens of a prompt together with its longest possible answer.
  public let maxLength: Int

  /// The most tokens of a free answer, the end token included: a longer one loses its end. `nil`: any number.
  public let answerLimit: Int?

  let task: LearningTask
  /// Writes conversations; `nil`: texts are plain.
  let chat: ChatForm?
  private let tokenizer: any Tokenizer
  private let endToken: Int
  let before: [Int]
  let after: [Int]
  private let labelIndices: [ExactText: Int]

  /// Tokenizes what all examples of the task share.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - tokenizer: The tokenizer of the base model.
  ///   - endToken: The id that ends an answer.
  ///   - maxLength: The most tokens of a prompt together with its longest possible answer.
  ///   - answerLimit: The most tokens of a free answer, the end token included; labels are never cut.
  ///   - chat: What writes conversations, where the texts of examples are ``Conversation/text``; `nil`: they are plain.
  /// - Throws: ``StreamError/prompt(_:)`` if instruction, cue and the longest label are longer than `maxLength`, if two labels have the
  ///   same tokens, or if the tokenizer adds something around text that cannot be separated. What the tokenizer throws.
  public init(
    task: LearningTask, tokenizer: any Tokenizer, endToken: Int, maxLength: Int, answerLimit: Int? = nil,
    chat: ChatForm? = nil
  ) throws {
    self.task = task
    self.chat = chat
    self.answerLimit = answerLimit.map { max(1, $0) }
    self.tokenizer = tokenizer
    self.endToken = endToken
    self.maxLength = maxLength
    let beginning = try Self.beginning(of: tokenizer)
    let instruction = task.instruction.isEmpty ? "" : task.instruction + "\n"
    let cue = task.cue.isEmpty ? "" : "\n" + task.cue
    before = chat == nil ? try beginning + Self.encode(instruction, with: tokenizer) : []
    after = chat == nil ? try Self.encode(cue, with: tokenizer) : []
    // Several labels are told by a head: none of them is written.
    labelIds =
      task.kind == .severalLabels
      ? []
      : try task.labels.map { try chat?.answer($0) ?? Self.encode(" " + $0, with: tokenizer) + [endToken] }
    labelIndices = Dictionary(
      zip(task.labels.map(ExactText.init), task.labels.indices), uniquingKeysWith: { first, _ in first })
    try requireDistinctLabels()
    if let longest = task.kind == .severalLabels ? 1 : labelIds.map(\.count).max() {
      try requireRoom(forAnswer: longest, of: "task \(task.name)")
    }
  }

  /// - Throws: ``StreamError/prompt(_:)`` for a text that the tokenizer does not cut.
  private func tokens(_ text: String, of example: Example) throws -> [Int] {
    do {
      return try Self.encode(text, with: tokenizer)
    } catch TokenizationError.unsplittable(_, _, let expected, let got) {
      throw StreamError.prompt(
        StreamError.Detail(
          file: "row \(example.id)", expected: expected, got: got,
          fix: "Cut the text into shorter parts, or remove the row."))
    }
  }

  /// Encodes an example. If it is too long, tokens are dropped from the left of its text.
  ///
  /// - Parameters:
  ///   - example: An example of the task.
  ///   - room: How many tokens a free answer is left, for a row that is to be answered: its prompt must not depend on
  ///     how long the right answer is. `nil`: as many as the right answer has.
  /// - Throws: ``StreamError/label(_:)`` if its label is not one of the task's. ``StreamError/prompt(_:)`` if a free answer leaves no room
  ///   or the prompt has no token. What the tokenizer throws.
  public func encode(_ example: Example, leaving room: Int? = nil) throws -> EncodedExample {
    let labelIndex = labelIndices[ExactText(example.answer)]
    let answer: [Int]
    let longestAnswer: Int
    var labelIndices: [Int]?
    if task.kind == .severalLabels {
      labelIndices = try positions(of: example)
      (answer, longestAnswer) = ([endToken], 1)
    } else if task.kind == .classification {
      guard let labelIndex else {
        throw StreamError.label(
          StreamError.Detail(
            file: "row \(example.id)", expected: "one of the labels \(listed(task.labels))",
            got: quoted(example.answer), fix: "Correct the label."))
      }
      answer = labelIds[labelIndex]
      longestAnswer = labelIds.map(\.count).max() ?? answer.count
    } else {
      let whole = try chat?.answer(example.answer) ?? tokens(" " + example.answer, of: example) + [endToken]
      answer = answerLimit.map { Array(whole.prefix($0)) } ?? whole
      longestAnswer = room ?? answer.count
      try requireRoom(forAnswer: longestAnswer, of: "row \(example.id)")
    }
    if let chat {
      let prompt = try chat.prompt(
        Self.conversation(of: example), room: max(0, maxLength - longestAnswer), row: "row \(example.id)")
      return EncodedExample(
        index: example.index, promptIds: prompt.ids, answerIds: answer,
        labelIndex: task.kind == .classification ? labelIndex : nil, droppedTokens: prompt.dropped)
    }
    let text = try tokens(example.text, of: example)
    let kept = text.suffix(max(0, maxLength - before.count - after.count - longestAnswer))
    let prompt = before + kept + after
    guard !prompt.isEmpty else {
      throw StreamError.prompt(
        StreamError.Detail(
          file: "row \(example.id)", expected: "a prompt of at least one token", got: "none",
          fix: "Raise the maximum length above \(maxLength), or write a longer prompt."))
    }
    return EncodedExample(
      index: example.index, promptIds: prompt, textRange: before.count..<before.count + kept.count, answerIds: answer,
      labelIndex: task.kind == .classification ? labelIndex : nil, labelIndices: labelIndices,
      droppedTokens: text.count - kept.count)
  }

  /// - Throws: ``StreamError/label(_:)`` for a label that is not one of the task's.
  private func positions(of example: Example) throws -> [Int] {
    let labels = LabelSet(text: example.answer)?.labels
    let positions = labels?.compactMap { labelIndices[ExactText($0)] }
    guard let positions, positions.count == labels?.count else {
      throw StreamError.label(
        StreamError.Detail(
          file: "row \(example.id)", expected: "labels among \(listed(task.labels))", got: quoted(example.answer),
          fix: "Correct the labels."))
    }
    return positions.sorted()
  }
}
