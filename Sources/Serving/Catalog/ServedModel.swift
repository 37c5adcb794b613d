public import Files
public import Foundation
import Registry
public import TaskModels

/// What a request can be answered by: the base, the router's choice, or one version of a task.
///
/// It is what a name meant at one moment and does not change afterwards, whatever becomes of aliases and releases.
public struct ServedModel: Sendable {
  public enum Kind: Sendable, Equatable {
    /// The base without any task.
    case base
    /// The task that the router finds.
    case auto
    case version
  }

  public let kind: Kind
  /// The canonical name, which an answer carries: `spam@7`, the base's served name, `auto`.
  public let id: String
  /// Without a version: `spam`.
  public let name: String
  public let version: Int?
  /// The digest of the version's manifest.
  public let digest: Digest?
  /// The version's aliases in their order, `production` among them while it is released.
  public let aliases: [String]
  /// When the version was registered; of the base the registry, of `auto` the release.
  public let created: Date
  /// The task's name.
  public let task: String?
  /// What a list calls it, and a request for it names: `spam` for the released version, `spam@6` for another. A released task whose name
  /// means something else (`base`) has its version in it, too.
  public let listedName: String
  private let content: Content

  private enum Content: Sendable {
    case none(template: Digest?)
    case stored(ServedManifest)
    case given(ServedManifest.Content)
  }

  /// The base, or the router's choice.
  package init(_ kind: Kind, name: String, created: Date, template: Digest? = nil) {
    self.kind = kind
    (id, self.name, listedName, self.created) = (name, name, name, created)
    (version, digest, task, aliases) = (nil, nil, nil, [])
    content = .none(template: template)
  }

  init(_ record: VersionRecord, aliases: [String], listedName: String, manifest: ServedManifest) {
    self.init(
      record.name, record.number, record.digest, aliases: aliases, listedName: listedName, created: record.created,
      .stored(manifest))
  }

  /// A version whose form is given, for tests of what stands above. `calibration`: the bound that ``isCalibrated`` asks for.
  package init(
    _ name: String, _ number: Int, digest: Digest, aliases: [String] = [], listedName: String? = nil, created: Date,
    form: TaskForm, template: Digest? = nil, writes: Bool = true, calibration: Double? = nil
  ) {
    self.init(
      name, number, digest, aliases: aliases, listedName: listedName ?? name, created: created,
      .given(
        ServedManifest.Content(form: form, template: template, writes: writes, calibration: calibration)))
  }

  private init(
    _ name: String, _ number: Int, _ digest: Digest, aliases: [String], listedName: String, created: Date,
    _ content: Content
  ) {
    kind = .version
    id = "\(name)@\(number)"
    (self.name, task, version, self.digest) = (name, name, number, digest)
    (self.aliases, self.listedName, self.created, self.content) = (aliases, listedName, created, content)
  }

  /// Whether it is the version of the current release.
  public var isReleased: Bool { aliases.contains { $0.hasSameCodePoints(as: AliasRecord.production) } }

  /// How the task is asked; `nil`: it is no task, or its manifest cannot be read, see ``problem``. A model that ``ModelCatalog/resolve(_:)``
  /// gave has it at hand, one of a list may have to read it first.
  public var form: TaskForm? { known?.form }

  /// Whether it writes text: the base, and versions that have an expert. One that was learned with a closed-form head alone only chooses among
  /// its labels. As ``form``.
  public var writes: Bool { known?.writes ?? (kind == .base) }

  /// Whether its probabilities are as frequent as they say, as far as that is known: it was measured on 100 gate rows or more, and the mean
  /// error of its confidences is 0.1 at most, with a probability of 95 %. As ``form``.
  public var isCalibrated: Bool { CalibrationBound.suffices(known?.calibration) }

  /// What its manifest says; `nil`: it has none, or it cannot be read.
  private var known: ServedManifest.Content? {
    switch content {
    case .none: nil
    case .stored(let manifest): try? manifest.content()
    case .given(let content): content
    }
  }

  /// The task's labels; empty for free answers. As ``form``.
  public var labels: [String] { form?.labels ?? [] }

  /// The digest of the chat template that the task was learned with, or the base's; `nil`: none. As ``form``.
  public var template: Digest? {
    switch content {
    case .none(let template): template
    case .stored, .given: known?.template
    }
  }

  /// Why the version's manifest cannot be read, so that it cannot answer; `nil`: it can.
  public var problem: String? {
    do {
      try requireReadable()
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// - Throws: `RegistryError`, `FileError`, ``ServingError`` where the version's manifest cannot be read.
  func requireReadable() throws {
    if case .stored(let manifest) = content { _ = try manifest.content() }
  }
}
