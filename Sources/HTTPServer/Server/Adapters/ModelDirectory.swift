import Files
import Foundation
import Registry
import Serving

/// What handlers ask of the catalog and its registry; tests have one without files.
protocol ModelDirectory: Sendable {
  func resolve(_ name: String) throws -> ServedModel
  /// What is served now, to be asked more than once.
  var served: ServedRelease { get }
  func models(all: Bool) -> [ServedModel]
  var revision: Int? { get }
  var basicName: String { get }
  /// Why the registry cannot be read now; `nil`: it can.
  var problem: String? { get }
  /// What is served; `nil`: nothing is released.
  func release() throws -> (record: ReleaseRecord, manifest: ReleaseManifest)?
}

extension ModelCatalog: ModelDirectory {
  func release() throws -> (record: ReleaseRecord, manifest: ReleaseManifest)? { try registry.currentRelease() }
}

extension ModelDirectory {
  /// The version that a digest names; `nil`: there is none in use.
  func version(_ digest: Digest) -> ServedModel? { models(all: true).first { $0.digest == digest } }

  /// All texts by which a key's patterns may mean a model.
  func texts(naming model: ServedModel) -> [String] {
    switch model.kind {
    case .base: [ModelName.baseName, basicName]
    case .auto: [ModelName.autoName]
    case .version:
      // The id first: it is what a refusal names.
      [model.id] + (model.isReleased ? [model.name] : []) + model.aliases.map { "\(model.name):\($0)" }
    }
  }
}
