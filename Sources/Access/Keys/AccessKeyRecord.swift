public import Foundation

/// What is known of a key. Its text is known to nobody but its owner.
public struct AccessKeyRecord: Sendable, Codable, Equatable {
  /// Twelve hexadecimal digits, a part of the key's text.
  public let id: String
  /// What people call it; among the keys in use no two have one name.
  public let name: String
  public let scopes: [AccessScope]
  public let models: [ModelPattern]
  public let limits: AccessLimits
  public let created: Date
  /// From this moment on it is of no use; `nil`: it does not end by itself.
  public let expires: Date?
  /// When it was revoked.
  public let revoked: Date?
  /// When it was last used, to within a minute.
  public let lastUsed: Date?

  /// Whether it is of use at a moment.
  public func isUsable(at date: Date) -> Bool { revoked == nil && expires.map { date < $0 } ?? true }
}

/// What a new key shall be.
public struct AccessKeyRequest: Sendable, Equatable {
  /// 1 to 64 ASCII letters, digits, `.`, `_` and `-`, beginning with a letter or digit.
  public var name: String
  public var scopes: [AccessScope]
  /// Patterns as ``ModelPattern`` describes them.
  public var models: [String]
  public var limits: AccessLimits
  /// `nil`: it does not end by itself.
  public var expires: Date?

  public init(
    _ name: String, scopes: [AccessScope] = [.infer], models: [String] = ["*"], limits: AccessLimits = AccessLimits(),
    expires: Date? = nil
  ) {
    self.name = name
    self.scopes = scopes
    self.models = models
    self.limits = limits
    self.expires = expires
  }
}

/// A key that was just made: the only time that its text is there. As JSON it is the record with the text as `key`.
public struct CreatedAccessKey: Sendable, Encodable {
  public let record: AccessKeyRecord
  /// `ak_…`, to be shown once, and neither stored nor logged.
  public let key: String

  private enum CodingKeys: String, CodingKey { case key }

  public func encode(to encoder: any Encoder) throws {
    try record.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(key, forKey: .key)
  }
}
