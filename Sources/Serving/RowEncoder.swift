import Files
import Generation
import Registry
import Streams
import TaskModels

/// Makes of requests what a version reads: on any thread, as it needs none of the version's tensors.
struct RowEncoder: Sendable {
  /// Of the version, for errors.
  let name: String
  let form: TaskForm
  let texts: TaskTextEncoder

  init(name: String, form: TaskForm, texts: TaskTextEncoder) {
    (self.name, self.form, self.texts) = (name, form, texts)
  }

  /// Of a version whose tensors need not be read.
  ///
  /// - Parameters:
  ///   - version: By the digest of its manifest.
  ///   - registry: Where its manifest is.
  ///   - base: The base.
  /// - Throws: `RegistryError`, ``ServingError``, `StreamError`.
  init(_ version: Digest, from registry: Registry, on base: Base) throws {
    let record = try registry.version(digest: version)
    let name = "\(record.reference)"
    let form = try registry.manifest(of: record).taskModel(of: name).description.form
    self.init(name: name, form: form, texts: try TaskTextEncoder(form, on: base))
  }

  /// Requests in their order, as tokens.
  /// - Throws: As ``text(of:)``, and what the tokenizer throws.
  func encoded(_ rows: [RequestRow]) throws -> [EncodedExample] {
    try rows.enumerated().map { try texts.encoded(text(of: $1), index: $0) }
  }

  /// A request as the task's rows have it.
  /// - Throws: `StreamError.prompt` for a conversation where the task learned from plain texts: it is never asked with a template.
  func text(of row: RequestRow) throws -> String {
    guard row.isConversation else { return form.asking(row.text) }
    if form.template != nil { return row.text }
    if let prompt = row.prompt { return form.asking(prompt) }
    throw StreamError.prompt(
      StreamError.Detail(
        file: "line \(row.line)", expected: "a \"text\" or a \"prompt\" for \(name)",
        got: "a conversation, and the version learned from plain texts, without a chat template",
        fix: "Send the text by itself, or learn a version from conversations (\"messages\")."))
  }
}
