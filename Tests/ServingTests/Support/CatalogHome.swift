import Files
import Foundation
import Registry
import Streams
import TaskModels
import TestSupport
import Testing

@testable import Serving

/// A registry of versions without weights: what a catalog looks at.
final class CatalogHome: Sendable {
  static let base = BaseRecord(
    path: "/models/seedling", weights: Digest(of: Data("weights".utf8)), configuration: nil,
    tokenizer: Digest(of: Data("tokenizer".utf8)))

  let scratch: Scratch
  let registry: Registry

  init(base: BaseRecord = CatalogHome.base) throws {
    scratch = try Scratch()
    registry = try Registry.create(at: scratch.url("registry"), base: base, actor: "ada")
  }

  var url: URL { registry.url }

  /// A catalog of the registry as another process opens it.
  func catalog(_ basicName: String? = nil) throws -> ModelCatalog {
    try ModelCatalog(Registry.open(url, access: .reading), basicName: basicName)
  }

  static func form(labels: [String] = ["no", "yes"], maxLength: Int = 64) -> TaskForm {
    TaskForm(kind: .label, instruction: "Is it so?", cue: "Answer:", labels: labels, maxLength: maxLength)
  }

  static func manifest(
    _ name: String, _ number: Int, form: TaskForm = form(), labels: [String]? = nil, template: Digest? = nil,
    shape: JSONTree? = nil, data: [DataRecord] = []
  ) throws -> VersionManifest {
    let described = try JSONFile.decode(
      JSONTree.self, from: try JSONFile.encode(form, pretty: false), path: "form")
    var description = JSONTree.object(["form": described])
    description["shape"] = shape
    return VersionManifest(
      name: name, method: "accrete", kind: form.kind == .answer ? .answer : .label, labels: labels ?? form.labels,
      base: base.weights, tokenizer: base.tokenizer, promptForm: try form.digest(), template: template, parts: [:],
      model: .object(["description": description]), data: data,
      run: .object(["number": .integer(number)]), numerics: "n1", created: "2027-01-15T08:00:00Z")
  }

  @discardableResult
  func version(_ name: String, _ number: Int = 1, form: TaskForm = CatalogHome.form()) throws -> VersionRecord {
    try register(Self.manifest(name, number, form: form))
  }

  @discardableResult
  func register(_ manifest: VersionManifest, metrics: [MetricRecord] = []) throws -> VersionRecord {
    try registry.register(manifest, metrics: metrics, gate: nil, actor: "ada")
  }

  /// Publishes these versions instead of what was released, by this or another object of the registry.
  @discardableResult
  func publish(
    _ versions: [VersionRecord], hasRouter: Bool = false, by other: Registry? = nil
  ) throws -> ReleaseRecord {
    let registry = other ?? registry
    var manifest = ReleaseManifest(
      experts: Dictionary(versions.map { ($0.name, $0.digest) }, uniquingKeysWith: { $1 }), numerics: "n1")
    if hasRouter {
      let blob = try registry.addBlob(Data("router".utf8), media: RouterRecord.media)
      (manifest.router, manifest.blobs) = (blob.digest, [blob])
    }
    return try registry.publish(
      manifest, kind: .promote, expecting: try registry.currentReleaseRecord()?.revision, reason: nil, actor: "ada")
  }
}

/// Expects an error whose line has these words in it.
func expectError(_ words: String..., location: SourceLocation = #_sourceLocation, _ body: () throws -> Void) {
  do {
    try body()
    Issue.record("nothing was refused", sourceLocation: location)
  } catch {
    let text = "\(error)"
    #expect(!text.contains("\n"), sourceLocation: location)
    for word in words { #expect(text.contains(word), "\(text)", sourceLocation: location) }
  }
}
