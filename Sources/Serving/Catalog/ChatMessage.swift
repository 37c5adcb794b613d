/// One message of a conversation, as OpenAI's clients send them.
public struct ChatMessage: Sendable, Equatable {
  public enum Role: String, Sendable, CaseIterable {
    case system, user, assistant

    /// The role of that name; `developer` is what newer clients call the system. `nil`: another one.
    public init?(named name: String) {
      if name.utf8.elementsEqual("developer".utf8) {
        self = .system
      } else if let role = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) {
        self = role
      } else {
        return nil
      }
    }
  }

  public let role: Role
  public let content: String

  public init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}
