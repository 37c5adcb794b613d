import Decoder
public import Generation
import ModelConfiguration
public import Streams

/// Cuts texts into the tokens that a task model reads. It has no weights, so that any thread may use it, before the model is there, too.
public struct TaskTextEncoder: Sendable {
  private let form: TaskForm
  private let encoder: PromptEncoder

  /// - Parameter form: How the task is asked.
  /// - Parameter base: The base that the task was learned on.
  /// - Throws: `StreamError`; what the tokenizer throws.
  public init(_ form: TaskForm, on base: Base) throws {
    self.form = form
    encoder = try PromptEncoder(
      task: form.task(named: "task"), tokenizer: base.tokenizer, endToken: base.endToken,
      maxLength: min(form.maxLength, base.model.configuration.maxPositions),
      answerLimit: max(form.answerTokens, 1),
      chat: form.template.map { try base.chatForm(for: "the task", recorded: $0) })
  }

  /// The tokens of each label.
  var labelIds: [[Int]] { encoder.labelIds }

  /// A text as the model reads it; of a task that learned from conversations a `Conversation`'s text, see ``TaskForm/asking(_:)``.
  /// - Throws: `StreamError.prompt`; what the tokenizer throws.
  public func encoded(_ text: String, index: Int = 0) throws -> EncodedExample {
    // The answer is what is asked for: any label stands in its place.
    let example = Example(id: "\(index)", index: index, text: text, answer: form.anyAnswer)
    return try encoder.encode(example, leaving: form.kind == .answer ? form.answerTokens : nil)
  }
}
