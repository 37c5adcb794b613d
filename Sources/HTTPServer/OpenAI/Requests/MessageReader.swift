import Files
import Serving

/// Reads the messages of a chat request.
enum MessageReader {
  /// Reads the messages of a request.
  ///
  /// - Parameters:
  ///   - reader: The whole request.
  ///   - ignored: Takes the names of what messages have beside role and content: clients send back what they were sent, and more.
  static func messages(_ reader: FieldReader, ignored: inout IgnoredFields) throws(APIError) -> [ChatMessage] {
    guard let values = try reader.list("messages", expected: "a list of messages"), !values.isEmpty else {
      throw reader.invalid(
        "messages", expected: "a list of at least one message", reader["messages"],
        fix: "Send what the user says: [{\"role\":\"user\",\"content\":\"…\"}].")
    }
    var messages: [ChatMessage] = []
    messages.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      messages.append(try message(value, at: "messages[\(index)]", ignored: &ignored))
    }
    return messages
  }

  private static func message(
    _ value: JSONTree, at path: String, ignored: inout IgnoredFields
  ) throws(APIError) -> ChatMessage {
    guard case .object(let members) = value else {
      throw FieldReader.invalid(path, expected: "an object with `role` and `content`", value, fix: "Send one.")
    }
    let reader = FieldReader(members, at: path)
    let role = try role(reader)
    for member in members where !["role", "content"].contains(where: { $0.hasSameCodePoints(as: member.key) }) {
      // `null` says nothing that could be missed.
      if case .null = member.value { continue }
      ignored.add("\(path).\(SafeText.beginning(member.key))")
    }
    switch reader["content"] {
    case .text(let bytes)?: return ChatMessage(role, String(decoding: bytes, as: UTF8.self))
    case .list(let parts)?: return ChatMessage(role, try text(parts, at: reader.name("content"), ignored: &ignored))
    case let other:
      throw reader.invalid(
        "content", expected: "a text, or a list of parts of type text", other, fix: "Send what is said as a text.")
    }
  }

  private static func role(_ reader: FieldReader) throws(APIError) -> ChatMessage.Role {
    let expected = "system, developer, user or assistant"
    guard let value = reader["role"], let word = value.string else {
      throw reader.invalid("role", expected: expected, reader["role"], fix: "Say who speaks.")
    }
    if let role = ChatMessage.Role(named: word) { return role }
    if ["tool", "function"].contains(where: { $0.hasSameCodePoints(as: word) }) {
      throw APIError(
        .unsupportedParameter,
        "`\(reader.name("role"))`: expected \(expected), got \(word). Tools are not served; put what it says into a user's message.",
        param: reader.name("role"))
    }
    throw reader.invalid("role", expected: expected, value)
  }

  /// Parts are joined without a separator.
  private static func text(
    _ parts: [JSONTree], at path: String, ignored: inout IgnoredFields
  ) throws(APIError) -> String {
    var text = ""
    for (index, part) in parts.enumerated() {
      let path = "\(path)[\(index)]"
      guard case .object(let members) = part else {
        throw FieldReader.invalid(path, expected: "{\"type\":\"text\",\"text\":\"…\"}", part, fix: "Send text parts.")
      }
      let reader = FieldReader(members, at: path)
      guard let type = reader["type"]?.string else {
        throw reader.invalid("type", expected: "text", reader["type"], fix: "Send text parts.")
      }
      guard type.hasSameCodePoints(as: "text") else {
        throw APIError(
          .unsupportedContent,
          "`\(path)`: expected a part of type text, got \(SafeText.quoted(type)). The models here read text alone; leave it out.",
          param: path)
      }
      guard case .text(let bytes)? = reader["text"] else {
        throw reader.invalid("text", expected: "a text", reader["text"], fix: "Send what is said as a text.")
      }
      for member in members where !["type", "text"].contains(where: { $0.hasSameCodePoints(as: member.key) }) {
        if case .null = member.value { continue }
        ignored.add("\(path).\(SafeText.beginning(member.key))")
      }
      text += String(decoding: bytes, as: UTF8.self)
    }
    return text
  }
}
