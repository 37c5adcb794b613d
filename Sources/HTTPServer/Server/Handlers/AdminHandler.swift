import Access
import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Registry
import Serving

/// What the admin listener has for programs: metrics, the release, experts, keys.
struct AdminHandler: Sendable {
  let core: ServerCore

  /// `GET /metrics`.
  func metrics() -> Response {
    core.metrics.take(core.engine.statistics) { core.name(of: $0) }
    core.metrics.take(revision: core.catalog.revision)
    // What the log has lost is not known here: it has a stream of its own.
    core.metrics.take(lostSpans: core.tracer.file?.dropped ?? 0, lostLines: 0)
    return Response(
      status: .ok, headers: [.contentType: MetricStore.contentType, .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: core.metrics.text())))
  }

  /// `GET /admin/v1/registry/release`.
  func release() throws -> Response {
    guard let (record, manifest) = try core.catalog.release() else {
      throw APIError(
        .modelNotFound, "Nothing is released yet. `accrete learn` or `accrete promote` releases a version.")
    }
    let experts = manifest.experts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return Response(
      json: Data(
        JSONTree.object([
          "revision": .integer(record.revision), "kind": .text(record.kind.rawValue),
          "at": .text(record.at.formatted(.iso8601)), "manifest": .text("\(record.manifest)"),
          "router": manifest.router.map { .text("\($0)") } ?? .null,
          "experts": .object(experts.map { JSONTree.Member($0.key, .text("\($0.value)")) }),
        ]).json))
  }

  // MARK: Experts

  /// `POST /admin/v1/experts/{digest}:load`: answered when it is there.
  func load(_ scope: RequestScope) async throws -> Response {
    let model = try model(scope)
    try await core.engine.load(model.version)
    return state(of: model)
  }

  /// `POST /admin/v1/experts/{digest}:unload`, with `?force=1` also while requests use it.
  func unload(_ scope: RequestScope) async throws -> Response {
    let model = try model(scope)
    try await core.engine.unload(model.version, force: scope.target.isSet("force"))
    return state(of: model)
  }

  /// `POST /admin/v1/experts/{digest}:pin`, with `?pinned=0` to let it go again.
  func pin(_ scope: RequestScope) async throws -> Response {
    let model = try model(scope)
    try await core.engine.pin(model.version, scope.target.isSet("pinned", usual: true))
    return state(of: model)
  }

  /// Only what the registry has: neither a path nor a name of another machine is taken.
  private func model(_ scope: RequestScope) throws -> (version: Digest, id: String) {
    let text = scope.values["digest"] ?? ""
    guard let digest = Digest(text), let model = core.catalog.version(digest) else {
      throw APIError(
        .versionNotFound,
        "There is no version \(SafeText.quoted(text)) in use. Give the digest of a version, sha256: and 64 digits; GET /v1/models?all=1 on the"
          + " public listener lists them.")
    }
    return (digest, model.id)
  }

  private func state(of model: (version: Digest, id: String)) -> Response {
    let expert = core.engine.statistics.experts.first { $0.version == model.version }
    return Response(
      json: Data(
        JSONTree.object([
          "id": .text(model.id), "digest": .text("\(model.version)"),
          "state": .text(expert?.state.rawValue ?? "unloaded"), "references": .integer(expert?.references ?? 0),
          "bytes": .integer(expert?.bytes ?? 0), "mapped_bytes": .integer(expert?.mappedBytes ?? 0),
          "pinned": .boolean(expert?.isPinned ?? false),
        ]).json))
  }

  // MARK: Keys

  /// `GET /admin/v1/keys`: what is known of them, which is not the keys.
  func keys() throws -> Response {
    guard let keys = core.admission.keys else {
      throw APIError(.routeNotFound, "This server asks for no keys. Start it with --keys.")
    }
    // Times as every answer of this listener has them, and `accrete keys list --json`; names as every answer over HTTP.
    let list = try JSONTree(JSONFile.encode(keys.list(), pretty: false, dates: .iso8601))
    return Response(json: Data(JSONTree.object(["data": list.inSnakeCase]).json))
  }
}
