import Files
public import Foundation

extension ChatTemplate {
  /// Reads the template and the special tokens of a checkpoint: `chat_template.jinja`, or else `chat_template` in `tokenizer_config.json`
  /// (of several, the one called `default`). Tokens come from `special_tokens_map.json`, and the missing ones from `tokenizer_config.json`.
  /// The latter comes first where it has `added_tokens_decoder`.
  ///
  /// - Parameters:
  ///   - folder: A checkpoint in Hugging Face's form.
  ///   - limits: What the template may use.
  /// - Throws: ``TemplateError``, also where there is no template; `FileError`.
  public init(folder: URL, limits: TemplateLimits = TemplateLimits()) throws {
    guard let found = try Self.stored(in: folder, limits: limits) else {
      throw TemplateError.malformed(
        file: folder.path, key: "", expected: "chat_template.jinja, or tokenizer_config.json with `chat_template`",
        got: "neither, as in a base model without instructions")
    }
    self = found
  }

  /// The same for a checkpoint that may have no template; then `nil`.
  public static func stored(in folder: URL, limits: TemplateLimits = TemplateLimits()) throws -> ChatTemplate? {
    let configuration = try object("tokenizer_config.json", in: folder)
    let map = try object("special_tokens_map.json", in: folder)
    guard let (source, name) = try source(in: folder, configuration: configuration) else { return nil }
    // A configuration with `added_tokens_decoder` comes first; the map adds only what is missing there.
    let isComplete = configuration.map { $0.object["added_tokens_decoder"] ?? .none != .none } ?? false
    let tokens = try (isComplete ? [map, configuration] : [configuration, map]).compactMap(\.self).reduce(
      into: TemplateObject()
    ) { found, file in
      found = found.merging(try Self.tokens(in: file.object, of: file.path))
    }
    return try ChatTemplate(source, specialTokens: tokens, name: name, limits: limits)
  }

  private typealias File = (object: TemplateObject, path: String)

  /// A JSON object in a folder; `nil` without that file.
  private static func object(_ name: String, in folder: URL) throws -> File? {
    guard let url = try OptionalFile.read({ try FolderFile.url(name, in: folder) }) else { return nil }
    guard case .object(let object) = try TemplateValue(json: try JSONFile.contents(of: url), name: url.path) else {
      throw TemplateError.malformed(file: url.path, key: "", expected: "an object", got: "another value")
    }
    return (object, url.path)
  }

  private static func source(in folder: URL, configuration: File?) throws -> (text: String, name: String)? {
    if let url = try OptionalFile.read({ try FolderFile.url("chat_template.jinja", in: folder) }) {
      let file = try MappedFile(url)
      guard let text = String(validating: file.bytes, as: UTF8.self) else {
        throw TemplateError.malformed(file: url.path, key: "", expected: "UTF-8 text", got: "bytes that are not UTF-8")
      }
      return (text, url.path)
    }
    guard let configuration, let value = configuration.object["chat_template"], value != .none else { return nil }
    return (try source(value, in: configuration.path), configuration.path)
  }

  private static func source(_ value: TemplateValue, in path: String) throws -> String {
    switch value {
    case .text(let text): return text
    case .list(let templates):
      let named = templates.compactMap { value -> (name: String, text: String)? in
        guard case .object(let object) = value, case .text(let name)? = object["name"],
          case .text(let text)? = object["template"]
        else { return nil }
        return (name, text)
      }
      guard named.count == templates.count, let found = named.first(where: { $0.name == "default" }) else {
        let names = named.map { "`\($0.name.prefix(60))`" }.prefix(20).joined(separator: ", ")
        throw TemplateError.malformed(
          file: path, key: "chat_template", expected: "a list of {name, template}, one of them named `default`",
          got: "templates \(names.isEmpty ? "without names" : "named \(names)")")
      }
      return found.text
    default:
      throw TemplateError.malformed(
        file: path, key: "chat_template", expected: "a text, or a list of {name, template}", got: "another value")
    }
  }

  /// The members whose names end in `_token`: texts, or objects with the text as `content`.
  private static func tokens(in object: TemplateObject, of path: String) throws -> TemplateObject {
    var tokens = TemplateObject()
    for member in object.members where member.name.hasSuffix("_token") {
      switch member.value {
      case .text: tokens[member.name] = member.value
      case .object(let token):
        guard let content = token["content"], case .text = content else {
          throw TemplateError.malformed(
            file: path, key: String(member.name.prefix(60)), expected: "an object with a text as `content`",
            got: "another object")
        }
        tokens[member.name] = content
      // `add_bos_token` and the like are not tokens.
      case .none, .boolean: continue
      default:
        throw TemplateError.malformed(
          file: path, key: String(member.name.prefix(60)), expected: "a text or an object with `content`",
          got: "another value")
      }
    }
    return tokens
  }
}
