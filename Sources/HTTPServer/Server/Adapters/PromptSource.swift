import Decoder
import Files
import Foundation
import Generation
import ModelConfiguration
import Registry
import Serving
import Streams
import Templates
import Tokenization

/// What handlers need of the base: texts to ids and back, and what decides an answer. Tests have one without a model.
protocol PromptSource: Sendable {
  /// Tokens that the base reads.
  var contextTokens: Int { get }
  /// Ids that there are.
  var vocabularySize: Int { get }
  func prompt(_ request: ChatRequest, for model: ServedModel) throws -> ChatPrompt
  /// A text as it is, for a completion.
  func ids(of text: String, allowsSpecialTokens: Bool) throws -> [Int]
  func text(of ids: [Int]) -> String
  /// The bytes that a token writes.
  func bytes(of id: Int) -> [UInt8]
  func constraint(_ format: OutputFormat) throws -> TextConstraint?
  func fingerprint(of model: ServedModel) -> String
}

/// Those of the base that is served.
final class BasePrompts: PromptSource {
  private let base: Base
  private let record: BaseRecord
  private let prompts: ChatPrompts
  private let vocabulary: VocabularyTrie
  private let numerics: String
  private let build: String

  /// - Parameters:
  ///   - base: Loaded.
  ///   - record: As the registry has it.
  ///   - basicName: What requests call it.
  ///   - numerics: How it computes.
  ///   - build: Which program this is.
  /// - Throws: What its tokenizer or its template throws.
  init(_ base: Base, record: BaseRecord, basicName: String, numerics: String, build: String) throws {
    (self.base, self.record, self.numerics, self.build) = (base, record, numerics, build)
    prompts = try ChatPrompts(base, basicName: basicName)
    vocabulary = try VocabularyTrie(base.tokenizer)
  }

  var contextTokens: Int { base.model.configuration.maxPositions }
  var vocabularySize: Int { base.tokenizer.vocabularySize }
  /// Of the base's chat template; `nil`: it has none.
  var template: Digest? { prompts.template }

  func prompt(_ request: ChatRequest, for model: ServedModel) throws -> ChatPrompt {
    try prompts.prompt(
      request.servedMessages, for: model, variables: request.variables.tree, answer: request.sampling.maxTokens)
  }

  func ids(of text: String, allowsSpecialTokens: Bool) throws -> [Int] {
    allowsSpecialTokens
      ? try base.tokenizer.encode(text, addSpecialTokens: false) : try base.tokenizer.encodePlain(text)
  }

  func text(of ids: [Int]) -> String {
    (try? base.tokenizer.decode(ids, skipSpecialTokens: false)) ?? ""
  }

  func bytes(of id: Int) -> [UInt8] {
    // A special token writes nothing, and is still to be told from others.
    base.tokenizer.textBytes(of: id, isFirst: false) ?? Array(text(of: [id]).utf8)
  }

  func constraint(_ format: OutputFormat) throws -> TextConstraint? {
    switch format {
    case .text: nil
    case .jsonObject: try .jsonObject(vocabulary: vocabulary)
    case .jsonSchema(_, let schema, _): try .json(schema: schema, vocabulary: vocabulary)
    case .choice(let texts): try .choice(texts, vocabulary: vocabulary)
    }
  }

  func fingerprint(of model: ServedModel) -> String {
    // It encodes texts and digests, which cannot fail; a client that compares gets something that is equal to nothing else.
    (try? SystemFingerprint.text(base: record, model: model, numerics: numerics, build: build)) ?? "fp_\(UUID())"
  }
}

extension ChatRequest {
  /// Its messages, as prompts and rows take them.
  var servedMessages: [ChatMessage] { messages }
}

extension TemplateObject {
  /// The same as JSON, which prompts take.
  fileprivate var tree: [JSONTree.Member] { members.map { JSONTree.Member($0.name, $0.value.tree) } }
}

extension TemplateValue {
  fileprivate var tree: JSONTree {
    switch self {
    case .none: .null
    case .boolean(let value): .boolean(value)
    case .integer(let value): .integer(value)
    case .float(let value): .number(value)
    case .text(let text): .text(text)
    case .list(let values): .list(values.map(\.tree))
    case .object(let object): .object(object.tree)
    }
  }
}
