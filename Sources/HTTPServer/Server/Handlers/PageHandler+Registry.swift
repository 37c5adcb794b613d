import Console
import Files
import Foundation
import Hummingbird
import HummingbirdCore
import Registry

/// Experts, their versions, and releases.
extension PageHandler {
  func experts(_ scope: RequestScope) async throws -> Response {
    try await visited(scope, .readRegistry) { Self.html(page(for: $0).experts(try registry.pageTasks())) }
  }

  func expert(_ scope: RequestScope) async throws -> Response {
    try await visited(scope, .readRegistry) { visitor in
      let content = try registry.pageTask(scope.values["name"] ?? "", comparing: Self.pair(scope))
      return Self.html(page(for: visitor).expert(content, notice: Self.notice(scope)))
    }
  }

  func version(_ scope: RequestScope) async throws -> Response {
    try await visited(scope, .readRegistry) { visitor in
      let (task, number) = try Self.version(scope)
      return Self.html(
        page(for: visitor).version(try registry.pageVersion(task, number), notice: Self.notice(scope)))
    }
  }

  func releases(_ scope: RequestScope) async throws -> Response {
    try await visited(scope, .readRegistry) { visitor in
      let content = try registry.pageReleases(comparing: Self.pair(scope))
      return Self.html(page(for: visitor).releases(content, notice: Self.notice(scope)))
    }
  }

  /// Sets an alias as it was when the form was sent: whoever was faster is told by the registry's own check.
  func setAlias(_ scope: RequestScope) async throws -> Response {
    try await sent(scope, .writeRegistry) { fields, visitor in
      let task = scope.values["name"] ?? ""
      return try await changed(PagePath.expert(task)) {
        guard let number = fields.number("version") else { return .notThere }
        let known = try registry.alias(fields["alias"], of: task)
        try registry.setAlias(
          fields["alias"], of: task, to: number, expecting: known?.revision, reason: fields["reason"],
          actor: visitor.name)
        return .aliased
      }
    }
  }

  func retire(_ scope: RequestScope) async throws -> Response {
    try await sent(scope, .writeRegistry) { fields, visitor in
      let (task, number) = try Self.version(scope)
      return try await changed(PagePath.version(task, number)) {
        guard fields["confirm"].hasSameCodePoints(as: "@\(number)") else { return .notConfirmed }
        try registry.retire(
          registry.version(VersionReference(task, .number(number))), reason: fields["reason"], actor: visitor.name)
        return .retired
      }
    }
  }

  func rollBack(_ scope: RequestScope) async throws -> Response {
    try await sent(scope, .writeRegistry) { fields, visitor in
      try await changed(PagePath.releases) {
        guard fields["confirm"].hasSameCodePoints(as: "roll back") else { return .notConfirmed }
        guard let revision = fields.number("revision") else { return .notThere }
        try registry.rollback(to: revision, reason: fields["reason"], actor: visitor.name)
        return .rolledBack
      }
    }
  }

  /// Does something to the registry, and leads back to a view. What the registry refuses is told in its own words.
  private func changed(_ view: String, _ body: () throws -> PageNotice) async throws -> Response {
    do {
      return Self.redirect(try body().location(view))
    } catch RegistryError.moved {
      return Self.redirect(PageNotice.changedMeanwhile.location(view))
    } catch let error as RegistryError where [.usage, .conflict, .notFound].contains(error.category) {
      // Whoever changes a registry looks after it: its own words say what to do.
      throw APIError(error.category == .notFound ? .versionNotFound : .invalidValue, error.description)
    }
  }

  var registry: Registry {
    get throws {
      guard let registry = core.registry else {
        throw APIError(.routeNotFound, "This server has no registry to show.")
      }
      return registry
    }
  }

  private static func version(_ scope: RequestScope) throws -> (task: String, number: Int) {
    guard let task = scope.values["name"], let number = scope.values["version"].flatMap({ Int($0) }) else {
      throw APIError(.routeNotFound, "There is no such version. The list of experts has those that there are.")
    }
    return (task, number)
  }

  /// Two numbers to compare; `nil`: none are asked for.
  private static func pair(_ scope: RequestScope) -> (from: Int, to: Int)? {
    guard let from = scope.target.query["from"].flatMap({ Int($0) }),
      let to = scope.target.query["to"].flatMap({ Int($0) })
    else { return nil }
    return (from, to)
  }
}
