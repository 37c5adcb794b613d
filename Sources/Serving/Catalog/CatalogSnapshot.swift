import Files
import Registry

/// What a registry had at one moment, ready to be asked; it never changes.
struct CatalogSnapshot: Sendable {
  /// A task and its versions in use.
  private struct Task: Sendable {
    /// By their numbers.
    var versions: [Int: ServedModel] = [:]
    /// By alias.
    var aliases: [String: Int] = [:]
    var released: Int?

    /// What of it can be asked for, for messages: aliases, then versions, the newest first. The registry takes aliases that no request can name.
    func known(of name: String) -> [String] {
      aliases.keys.filter(ModelName.isAlias).sorted().map { "\(name):\($0)" }
        + versions.keys.sorted(by: >).map { "\(name)@\($0)" }
    }
  }

  /// Of the current release.
  let revision: Int?
  /// The router of the current release.
  let router: Digest?
  /// The released versions, by their tasks' names.
  let released: [Digest]
  /// Those in use: the base, `auto` if there is a router, then versions by name and number.
  let all: [ServedModel]
  /// The same without versions that are not released.
  let served: [ServedModel]
  /// All versions in use, the released ones first: the order in which manifests are read ahead.
  let order: [Digest]
  /// The manifest of each version in use; the next snapshot has the same ones.
  let manifests: [Digest: ServedManifest]
  private let tasks: [String: Task]
  private let basicName: String

  /// - Parameters:
  ///   - contents: What the registry has.
  ///   - basicName: The base's served name.
  ///   - template: The digest of the base's chat template.
  ///   - earlier: The snapshot before, whose manifests are read already.
  ///   - source: Where manifests are read.
  init(
    _ contents: RegistryContents, basicName: String, template: Digest?, after earlier: CatalogSnapshot?,
    from source: RegistrySource
  ) {
    self.basicName = basicName
    revision = contents.release?.record.revision
    router = contents.release?.manifest.router
    let experts = contents.release?.manifest.experts ?? [:]
    var (tasks, names): ([String: Task], [String: [Int: [String]]]) = ([:], [:])
    for alias in contents.aliases {
      guard let number = alias.number else { continue }
      names[alias.name, default: [:]][number, default: []].append(alias.alias)
    }
    let base = ServedModel(.base, name: basicName, created: contents.created, template: template)
    var (all, served, manifests): ([ServedModel], [ServedModel], [Digest: ServedManifest]) = ([base], [base], [:])
    var released: [Digest] = []
    if let release = contents.release, release.manifest.router != nil {
      let auto = ServedModel(.auto, name: ModelName.autoName, created: release.record.at)
      all.append(auto)
      served.append(auto)
    }
    let taken = [ModelName.autoName, ModelName.baseName, basicName]
    for record in contents.versions where record.state == .registered {
      let isReleased = experts[record.name] == record.digest
      let manifest = earlier?.manifests[record.digest] ?? ServedManifest(record, in: source)
      manifests[record.digest] = manifest
      let isNamedByTask = isReleased && !taken.contains { $0.hasSameCodePoints(as: record.name) }
      let aliases = names[record.name]?[record.number] ?? []
      let model = ServedModel(
        record, aliases: aliases, listedName: isNamedByTask ? record.name : "\(record.reference)", manifest: manifest)
      all.append(model)
      tasks[record.name, default: Task()].versions[record.number] = model
      for alias in aliases { tasks[record.name]?.aliases[alias] = record.number }
      if isReleased {
        tasks[record.name]?.released = record.number
        served.append(model)
        released.append(record.digest)
      }
    }
    order = released + all.compactMap { $0.isReleased ? nil : $0.digest }
    (self.tasks, self.all, self.served, self.manifests, self.released) = (tasks, all, served, manifests, released)
  }

  /// What a name means.
  /// - Throws: ``CatalogError``.
  func model(_ text: String) throws -> ServedModel {
    switch try ModelName(parsing: text, basicName: basicName) {
    case .basic: return all[0]
    case .auto:
      guard let auto = served.first(where: { $0.kind == .auto }) else { throw unknown(text) }
      return auto
    case .released(let name):
      let task = try task(name, in: text)
      return try found(task.released, in: task, name, text)
    case .number(let name, let number): return try found(number, in: task(name, in: text), name, text)
    case .alias(let name, let alias):
      let task = try task(name, in: text)
      return try found(task.aliases[alias], in: task, name, text)
    case .digest(let name, let prefix):
      let task = try task(name, in: text)
      let fitting = task.versions.values.filter { $0.digest?.hexadecimal.hasPrefix(prefix) ?? false }
      guard fitting.count < 2 else {
        let ids = fitting.sorted { ($0.version ?? 0) < ($1.version ?? 0) }.map(\.id)
        throw CatalogError.invalidName(text, fix: "These digits begin the digests of \(ids.listed): give more of them.")
      }
      return try found(fitting.first?.version, in: task, name, text)
    }
  }

  private func task(_ name: String, in text: String) throws -> Task {
    if let task = tasks[name] { return task }
    // Behind a word that is no task's, a version means nothing.
    let words = [ModelName.autoName, ModelName.baseName, basicName]
    if let word = words.first(where: { $0.hasSameCodePoints(as: name) }) {
      throw CatalogError.invalidName(text, fix: "\(word) has no versions: did you mean \(word)?")
    }
    throw unknown(text)
  }

  private func found(_ number: Int?, in task: Task, _ name: String, _ text: String) throws -> ServedModel {
    guard let number, let model = task.versions[number] else {
      throw CatalogError.versionNotFound(text, known: task.known(of: name))
    }
    return model
  }

  private func unknown(_ text: String) -> CatalogError {
    .notFound(text, known: served.prefix { $0.kind != .version }.map(\.name) + tasks.keys.sorted())
  }
}
