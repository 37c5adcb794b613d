public import Foundation

/// What the bearer of a key that was verified may do.
public struct AccessGrant: Sendable, Equatable {
  /// The key's id: what limits are kept by, and what logs may name.
  public let id: String
  /// The key's name.
  public let name: String
  public let scopes: Set<AccessScope>
  public let models: [ModelPattern]
  public let limits: AccessLimits
  public let expires: Date?

  /// Everything, without limits: for a server on this machine that asks for no keys. No key has its id.
  public static let unrestricted = AccessGrant(
    id: "local", name: "local", scopes: [.admin], models: [.all], limits: AccessLimits(), expires: nil)

  init(_ record: AccessKeyRecord) {
    self.init(
      id: record.id, name: record.name, scopes: Set(record.scopes), models: record.models, limits: record.limits,
      expires: record.expires)
  }

  init(
    id: String, name: String, scopes: Set<AccessScope>, models: [ModelPattern], limits: AccessLimits, expires: Date?
  ) {
    self.id = id
    self.name = name
    self.scopes = scopes
    self.models = models
    self.limits = limits
    self.expires = expires
  }

  /// Whether it has a scope; ``AccessScope/admin`` has all.
  public func allows(_ scope: AccessScope) -> Bool { scopes.contains(scope) || scopes.contains(.admin) }

  /// Whether it may use a model.
  ///
  /// - Parameter names: All texts that name it, as ``ModelPattern`` says: `["spam", "spam@7", "spam:stable"]`.
  public func allows(model names: [String]) -> Bool {
    names.contains { name in models.contains { $0.matches(name) } }
  }

  /// - Throws: ``AccessRefusal/scopeMissing(_:)``.
  public func require(_ scope: AccessScope) throws {
    guard allows(scope) else { throw AccessRefusal.scopeMissing(scope) }
  }

  /// - Parameter names: All texts that name the model; the message has the first one.
  /// - Throws: ``AccessRefusal/modelNotAllowed(_:)``.
  public func require(model names: [String]) throws {
    guard allows(model: names) else { throw AccessRefusal.modelNotAllowed(names.first ?? "") }
  }
}
