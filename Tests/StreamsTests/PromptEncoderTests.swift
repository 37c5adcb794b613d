import Streams
import Testing
import Tokenization

@Suite struct PromptEncoderTests {
  private let task = LearningTask(
    name: "toy", instruction: "Q?", cue: "A:", labels: ["yes", "no"], train: [], test: [])

  private func example(_ text: String, _ answer: String) -> Example {
    Example(id: "toy/train/4", index: 4, text: text, answer: answer)
  }

  private func encoder(
    _ task: LearningTask? = nil, tokenizer: any Tokenizer = ByteTokenizer(), maxLength: Int = 64
  ) throws -> PromptEncoder {
    try PromptEncoder(task: task ?? self.task, tokenizer: tokenizer, endToken: 0, maxLength: maxLength)
  }

  @Test func segments() throws {
    let encoder = try encoder()
    #expect(encoder.labelIds == [bytes(" yes") + [0], bytes(" no") + [0]])
    #expect(
      try encoder.encode(example("hello", "no"))
        == EncodedExample(
          index: 4, promptIds: bytes("Q?\nhello\nA:"), textRange: 3..<8, answerIds: bytes(" no") + [0], labelIndex: 1,
          droppedTokens: 0))
  }

  @Test func longTextLosesItsLeft() throws {
    // 3 of the instruction, 3 of the cue, 5 of the longer label: 13 leaves 2 for the text, whichever label is right.
    for label in ["yes", "no"] {
      let encoded = try encoder(maxLength: 13).encode(example("hello", label))
      #expect(encoded.promptIds == bytes("Q?\nlo\nA:") && encoded.droppedTokens == 3)
    }
    #expect(try encoder(maxLength: 16).encode(example("hello", "no")).droppedTokens == 0)
    let nothingLeft = try encoder(maxLength: 11).encode(example("hello", "yes"))
    #expect(nothingLeft.promptIds == bytes("Q?\n\nA:") && nothingLeft.droppedTokens == 5)
    #expect(nothingLeft.tokenCount == 11)
  }

  @Test func noRoomForTheFixedParts() throws {
    let error = #expect(throws: StreamError.self) { try encoder(maxLength: 10) }
    #expect(
      error?.description == "task toy: expected at most 10 tokens, got 11 of instruction, cue and answer alone. "
        + "Fix: Raise the maximum length to well over 11, or shorten them.")
    #expect(throws: StreamError.self) { try encoder(maxLength: -1) }
  }

  @Test func beginningTokenOfTheTemplateComesOnce() throws {
    let encoder = try encoder(tokenizer: ByteTokenizer(hasTemplate: true), maxLength: 13)
    let encoded = try encoder.encode(example("hello", "no"))
    #expect(encoded.promptIds == [256] + bytes("Q?\no\nA:"))
    #expect(encoded.answerIds == bytes(" no") + [0] && encoder.labelIds[0] == bytes(" yes") + [0])
  }

  /// 3 tokens of the instruction, 3 of the cue; the answer " abcd" has 6 with its end.
  @Test func freeAnswersAreCutAtTheirEnd() throws {
    let free = LearningTask(
      name: "f", instruction: "Q?", cue: "A:", labels: [], train: [], test: [], kind: .generation)
    func encoder(_ limit: Int?) throws -> PromptEncoder {
      try PromptEncoder(task: free, tokenizer: ByteTokenizer(), endToken: 0, maxLength: 15, answerLimit: limit)
    }
    let row = example("hello", "abcd")
    let whole = try encoder(nil).encode(row)
    #expect(whole.answerIds == bytes(" abcd") + [0] && whole.droppedTokens == 2 && whole.labelIndex == nil)
    #expect(try encoder(6).encode(row) == whole)
    // Without its end there is no end token, and more of the text is left.
    let cut = try encoder(4).encode(row)
    #expect(cut.answerIds == bytes(" abc") && cut.promptIds == bytes("Q?\nhello\nA:") && cut.droppedTokens == 0)
    #expect(try encoder(0).encode(row).answerIds == bytes(" "))
    // The prompt of a row to be answered does not depend on its answer.
    for answer in ["", "abcd", "abcdefgh"] {
      let asked = try encoder(6).encode(example("hello", answer), leaving: 7)
      #expect(asked.promptIds == bytes("Q?\nlo\nA:") && asked.droppedTokens == 3)
    }
    #expect(throws: StreamError.self) { try encoder(nil).encode(row, leaving: 10) }
    #expect(throws: StreamError.self) { try encoder(nil).encode(example("x", "abcdefghi")) }
    #expect(try encoder(4).encode(example("x", "abcdefghi")).answerIds.count == 4)
  }

  @Test func promptOfAUserIsUsedAsItIs() throws {
    let task = LearningTask(name: "p", instruction: "", cue: "", labels: ["A", "B"], train: [], test: [])
    let encoded = try encoder(task, maxLength: 6).encode(example(" x\n?\n", "B"))
    #expect(encoded.promptIds == bytes("\n?\n") && encoded.droppedTokens == 2)
    #expect(throws: StreamError.self) { try encoder(task, maxLength: 3).encode(example("x", "B")) }
  }

  @Test func freeAnswers() throws {
    let task = LearningTask(
      name: "g", instruction: "", cue: "", labels: [], train: [], test: [], kind: .generation)
    let encoded = try encoder(task, maxLength: 10).encode(example("prompt", "long"))
    #expect(
      encoded
        == EncodedExample(
          index: 4, promptIds: bytes("ompt"), answerIds: bytes(" long") + [0], labelIndex: nil, droppedTokens: 2))
    #expect(throws: StreamError.self) { try encoder(task, maxLength: 5).encode(example("prompt", "long")) }
  }

  @Test func unknownLabel() throws {
    let error = #expect(throws: StreamError.self) { try encoder().encode(example("hello", "maybe")) }
    #expect(error?.detail.got == "\"maybe\"" && error?.detail.file == "row toy/train/4")
  }

  /// Knows no upper case, like many older vocabularies.
  private struct LowercaseTokenizer: Tokenizer {
    let vocabularySize = 256
    func encode(_ text: String, addSpecialTokens: Bool) throws -> [Int] { bytes(text.lowercased()) }
    func decode(_ ids: [Int], skipSpecialTokens: Bool) throws -> String { "" }
    func id(of token: String) -> Int? { nil }
  }

  @Test func labelsThatTheTokenizerCannotTellApart() {
    let task = LearningTask(name: "p", instruction: "", cue: "", labels: ["us", "US"], train: [], test: [])
    #expect(throws: StreamError.self) { try encoder(task, tokenizer: LowercaseTokenizer()) }
  }
}
