import Files
import Foundation
import Registry
import Synchronization
import TaskModels

/// What a version's manifest says of how it is asked, and what was measured of it, read when somebody wants to know it, and once: neither ever
/// changes.
///
/// Ten thousand manifests take a second to read, which no list of models may take.
final class ServedManifest: Sendable {
  struct Content: Sendable {
    let form: TaskForm
    /// Of the chat template that it was learned with.
    let template: Digest?
    /// Whether it has an expert, which writes; a closed-form head by itself does not.
    var writes = true
    /// ``CalibrationBound/value``; `nil`: nothing is known.
    var calibration: Double?
  }

  private let version: VersionRecord
  private let source: RegistrySource
  private let read = Mutex<Content?>(nil)

  init(_ version: VersionRecord, in source: RegistrySource) {
    (self.version, self.source) = (version, source)
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
    let (registry, reference) = (source.registry, "\(version.reference)")
    let data = try registry.blob(version.digest)
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
    guard let description = tree["model"]?["description"], let described = description["form"] else {
      throw malformed("does not say how the task is asked")
    }
    let form = try JSONFile.decode(TaskForm.self, from: Data(described.json), path: "manifest of \(reference)")
    guard case .list(let labels)? = tree["labels"],
      labels.compactMap(\.string).haveSameCodePoints(as: form.labels), labels.count == form.labels.count
    else { throw malformed("lists other labels than its model has") }
    let template = try tree["template"].flatMap { template throws -> Digest? in
      guard template != .null else { return nil }
      guard let digest = Digest(template.string ?? "") else { throw malformed("names a template by what is no digest") }
      return digest
    }
    let bound = CalibrationBound(
      try registry.metrics(of: version), of: version.name, gateRows: Self.rows(tree["data"], role: "gate"))
    return Content(
      form: form, template: template, writes: description["shape"].map { $0 != .null } ?? false,
      calibration: bound?.value)
  }

  /// How many rows a manifest lists of a role.
  private static func rows(_ data: JSONTree?, role: String) -> Int {
    guard case .list(let records)? = data else { return 0 }
    return records.reduce(0) { sum, record in
      guard let named = record["role"]?.string, named.hasSameCodePoints(as: role) else { return sum }
      return sum.addingReportingOverflow(max(record["rows"]?.integer ?? 0, 0)).partialValue
    }
  }
}
