import Files
import Foundation
import Registry
import Synchronization
import TaskModels

/// What a version's manifest says of how it is asked, read when somebody wants to know it, and once: it never changes.
///
/// Ten thousand manifests take a second to read, which no list of models may take.
final class ServedManifest: Sendable {
  struct Content: Sendable {
    let form: TaskForm
    /// Of the chat template that it was learned with.
    let template: Digest?
  }

  let digest: Digest
  private let reference: String
  private let source: RegistrySource
  private let read = Mutex<Content?>(nil)

  init(_ version: VersionRecord, in source: RegistrySource) {
    digest = version.digest
    reference = "\(version.reference)"
    self.source = source
  }

  /// Whether it was read.
  var isKnown: Bool { read.withLock { $0 != nil } }

  /// What it says. What cannot be read is tried again next time.
  /// - Throws: `RegistryError`, `FileError`, ``ServingError/malformed(version:part:reason:)``.
  func content() throws -> Content {
    if let known = read.withLock({ $0 }) { return known }
    // Two who ask at once read it twice, and neither waits for the other.
    let content = try load()
    read.withLock { $0 = content }
    return content
  }

  private func load() throws -> Content {
    let data = try source.registry.blob(digest)
    // Not as a `VersionManifest`: that would decode all that was measured, for some labels.
    let tree = try JSONFile.decode(JSONTree.self, from: data, path: "manifest of \(reference)")
    let schema = tree["schema"]?.integer ?? 0
    guard schema <= VersionManifest.currentSchema else {
      throw RegistryError.newerSchema(
        path: "manifest of \(reference)", found: schema, known: VersionManifest.currentSchema)
    }
    func malformed(_ reason: String) -> ServingError {
      .malformed(version: reference, part: "manifest", reason: reason)
    }
    guard let described = tree["model"]?["description"]?["form"] else {
      throw malformed("does not say how the task is asked")
    }
    let form = try JSONFile.decode(TaskForm.self, from: Data(described.json), path: "manifest of \(reference)")
    guard case .list(let labels)? = tree["labels"],
      labels.compactMap(\.string).haveSameCodePoints(as: form.labels), labels.count == form.labels.count
    else { throw malformed("lists other labels than its model has") }
    guard let template = tree["template"], template != .null else { return Content(form: form, template: nil) }
    guard let digest = Digest(template.string ?? "") else { throw malformed("names a template by what is no digest") }
    return Content(form: form, template: digest)
  }
}
