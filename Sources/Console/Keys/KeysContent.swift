public import Foundation

/// Keys with which people and programs ask this server.
public struct KeysContent: Sendable, Equatable {
  /// A key, of which the server knows a digest alone.
  public struct Key: Sendable, Equatable {
    /// Its id, which is no secret.
    public var id: String
    /// What it is called.
    public var name: String
    /// What it may be used for.
    public var scopes: [String]
    /// When it was made.
    public var created: Date
    /// When it ends; `nil`: never.
    public var expires: Date? = nil
    /// When it was revoked; `nil`: it was not.
    public var revoked: Date? = nil

    /// A key.
    ///
    /// - Parameters:
    ///   - id: Its id, which is no secret.
    ///   - name: What it is called.
    ///   - scopes: What it may be used for.
    ///   - created: When it was made.
    ///   - expires: When it ends; `nil`: never.
    ///   - revoked: When it was revoked; `nil`: it was not.
    public init(id: String, name: String, scopes: [String], created: Date, expires: Date? = nil, revoked: Date? = nil) {
      self.id = id
      self.name = name
      self.scopes = scopes
      self.created = created
      self.expires = expires
      self.revoked = revoked
    }
  }

  /// Keys that can be used first.
  public var keys: [Key] = []
  /// What a key may be used for, to choose from; each with what that means.
  public var scopes: [Scope] = []
  /// The key that was just made, which is shown this once; `nil`: none was.
  public var made: String? = nil
  /// When all this was so.
  public var now: Date

  /// Keys.
  ///
  /// - Parameters:
  ///   - keys: Keys that can be used first.
  ///   - scopes: What a key may be used for, to choose from; each with what that means.
  ///   - made: The key that was just made, which is shown this once; `nil`: none was.
  ///   - now: When all this was so.
  public init(keys: [Key] = [], scopes: [Scope] = [], made: String? = nil, now: Date) {
    self.keys = keys
    self.scopes = scopes
    self.made = made
    self.now = now
  }

  /// What a key may be used for.
  public struct Scope: Sendable, Equatable {
    /// As commands write it.
    public var name: String
    /// What it allows, in a few words.
    public var meaning: String

    /// What a key may be used for.
    ///
    /// - Parameters:
    ///   - name: As commands write it.
    ///   - meaning: What it allows, in a few words.
    public init(name: String, meaning: String) {
      self.name = name
      self.meaning = meaning
    }
  }
}
