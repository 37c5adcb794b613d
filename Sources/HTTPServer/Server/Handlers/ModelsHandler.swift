import Access
import Files
import Foundation
import Hummingbird
import HummingbirdCore
import Serving

/// `GET /v1/models` and `GET /v1/models/{id}`: what the key that asks may use.
struct ModelsHandler: Sendable {
  let core: ServerCore

  func list(_ scope: RequestScope) -> Response {
    let resident = resident
    let all = scope.target.query["all"].map { $0.hasSameCodePoints(as: "1") } ?? false
    let models = core.catalog.models(all: all).filter { isAllowed($0, scope) }
    return Response(json: ModelEntry.json(models.map { entry($0, resident) }))
  }

  func one(_ scope: RequestScope) throws -> Response {
    let name = scope.values["id"] ?? ""
    let model: ServedModel
    do {
      model = try core.catalog.resolve(name)
    } catch let error as CatalogError {
      throw Refused(error: APIError(error) { name in isVisible(name, scope) }, cause: error)
    }
    // As one that is not there: names of others are their own, and so is which version they have.
    guard isAllowed(model, scope) else {
      throw APIError(
        .modelNotFound, "There is no model \(SafeText.quoted(name)). GET /v1/models lists what there is.",
        param: "model")
    }
    return Response(json: entry(model, resident).json)
  }

  private func isAllowed(_ model: ServedModel, _ scope: RequestScope) -> Bool {
    scope.caller.grant.allows(model: core.catalog.texts(naming: model))
  }

  private func isVisible(_ name: String, _ scope: RequestScope) -> Bool {
    (try? core.catalog.resolve(name)).map { isAllowed($0, scope) } ?? scope.caller.grant.allows(model: [name])
  }

  private var resident: Set<Digest> {
    Set(core.engine.statistics.experts.filter { $0.state == .ready }.map(\.version))
  }

  private func entry(_ model: ServedModel, _ resident: Set<Digest>) -> ModelEntry {
    ModelEntry(
      model, base: core.catalog.basicName, maxLength: core.prompts.contextTokens,
      // The base always is.
      isResident: model.digest.map(resident.contains) ?? true)
  }
}
