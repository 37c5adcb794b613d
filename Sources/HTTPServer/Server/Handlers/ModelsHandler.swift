import Access
import Files
import Foundation
import Hummingbird
import HummingbirdCore
import Serving
import TaskModels

/// `GET /v1/models` and `GET /v1/models/{id}`: what the key that asks may use.
struct ModelsHandler: Sendable {
  let core: ServerCore

  func list(_ scope: RequestScope) throws -> Response {
    let all = try scope.target.isSet("all")
    let resident = resident
    let models = core.catalog.models(all: all).filter { isAllowed($0, scope) }
    return Response(json: ModelEntry.json(models.map { entry($0, resident) }))
  }

  func one(_ scope: RequestScope) throws -> Response {
    let name = scope.values["id"] ?? ""
    do {
      let model = try core.catalog.resolve(name)
      if isAllowed(model, scope) { return Response(json: entry(model, resident, name: name).json) }
    } catch let error as CatalogError {
      switch error {
      case .invalidName: throw Refused(error: APIError(error), cause: error)
      case .versionNotFound(_, let known) where known.contains(where: { isVisible($0, scope) }):
        throw Refused(error: APIError(error) { name in isVisible(name, scope) }, cause: error)
      case .notFound, .versionNotFound: break
      }
    }
    // Of others' models not even that they are there is told: they get the answer of a name that nothing has.
    throw APIError(
      .modelNotFound, "There is no model \(SafeText.quoted(name)). GET /v1/models lists what there is.", param: "model")
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

  /// - Parameter name: As it was asked for, which is what a client finds as `id`; `nil`: as lists have it.
  private func entry(_ model: ServedModel, _ resident: Set<Digest>, name: String? = nil) -> ModelEntry {
    // Where there is little memory for keys and values, no request gets as far as the base reads.
    let (blocks, size) = (core.engine.statistics.blocks, core.engine.statistics.blockTokens)
    let room = blocks.multipliedReportingOverflow(by: size).overflow ? Int.max : blocks * size
    var maxLength = room > 0 ? min(core.prompts.contextTokens, room) : core.prompts.contextTokens
    // A label is chosen of as much as the task's rows had; a free answer goes on as far as the base reads.
    if let form = model.form, form.kind != .answer { maxLength = min(maxLength, form.maxLength) }
    return ModelEntry(
      model, id: name, base: core.catalog.basicName, maxLength: maxLength,
      // The base always is.
      isResident: model.digest.map(resident.contains) ?? true)
  }
}
