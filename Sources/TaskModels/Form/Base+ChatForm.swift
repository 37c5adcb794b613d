import Decoder
import Foundation
public import Generation
import ModelConfiguration
public import Streams
import Templates

extension Base {
  /// How the base's template writes conversations; `nil`: it has none.
  /// - Throws: `TemplateError`; `StreamError.prompt` for a template that cannot be learned with.
  public func chatForm() throws -> ChatForm? {
    try ChatTemplate.stored(in: folder).map {
      try ChatForm($0, tokenizer: tokenizer, endTokens: model.configuration.endTokens + [endToken])
    }
  }

  /// Whether there is a template, be it one that cannot be read.
  public var hasChatTemplate: Bool {
    do {
      return try ChatTemplate.stored(in: folder) != nil
    } catch {
      return true
    }
  }

  /// The same, required.
  ///
  /// - Parameter what: Who needs it, for errors.
  /// - Parameter record: What a task was learned with; `nil`: any template does.
  /// - Throws: ``TaskModelError/unsupported(what:fix:)`` where there is none; ``TaskModelError/otherTemplate(task:base:)``.
  func chatForm(for what: String, recorded record: ChatForm.Record? = nil) throws -> ChatForm {
    guard let form = try chatForm() else {
      throw TaskModelError.unsupported(
        what: "\(what): conversations on the base \(folder.lastPathComponent), which has no chat template,",
        fix:
          "Use the instruction-tuned variant of the base (a folder with chat_template.jinja), or rows with \"prompt\" and \"completion\"."
      )
    }
    if let record, record != form.record {
      throw TaskModelError.otherTemplate(task: what, base: folder.path)
    }
    return form
  }
}
