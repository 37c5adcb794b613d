package import Decoder
import Files
public import Generation
public import ModelConfiguration
public import Registry
public import TaskModels

/// A base may be held in fewer bits than its files have (`--weights`). Versions that were learned so answer so.
extension Registry {
  /// The versions that are served, in the order of their names, each with what it takes to answer; without those that cannot be read, of
  /// which loading them says what is wrong.
  public func servedDescriptions() throws -> [(version: VersionRecord, description: TaskModelDescription)] {
    try currentRelease().map { try descriptions(in: $0.manifest) } ?? []
  }

  /// The same of any release.
  ///
  /// - Parameter release: Its manifest.
  /// - Throws: `RegistryError` where it names a version that is not there.
  public func descriptions(
    in release: ReleaseManifest
  ) throws -> [(version: VersionRecord, description: TaskModelDescription)] {
    try release.experts.sorted { $0.key < $1.key }.compactMap { _, digest in
      let version = try version(digest: digest)
      return description(of: version).map { (version, $0) }
    }
  }

  /// How the base is to be held to answer; `nil`: as its files have it.
  ///
  /// - Parameter task: What is asked, as people name it; `nil`: whatever is served.
  public func basePrecision(answering task: String? = nil) throws -> WeightPrecision? {
    if let own = task.flatMap(described) { return try basePrecision(for: own.description) }
    // They are alike, unless some came from elsewhere: then as most of them were learned.
    let all = try servedDescriptions().map(\.description)
    let counts: [WeightPrecision?: Int] = all.reduce(into: [:]) { $0[$1.weights, default: 0] += 1 }
    guard let most = all.max(by: { (counts[$0.weights] ?? 0) < (counts[$1.weights] ?? 0) }) else { return nil }
    // Whoever computes in float32 answers the same on numbers that are held in bfloat16, and not the other way round.
    return try basePrecision(for: all.first { $0.weights == most.weights && $0.compute == .bfloat16 } ?? most)
  }

  private func basePrecision(for task: TaskModelDescription) throws -> WeightPrecision? {
    guard task.weights == nil, task.compute == .bfloat16 else { return task.weights }
    // Products of bfloat16 take what is held in it, which is not every device's way; codes of the files stay codes.
    let codes = try base().configuration?["quantization_config"]
    return codes == nil || codes == .null ? .bfloat16 : nil
  }

  /// The versions that were learned on a base held otherwise, so that they answer otherwise on this one.
  ///
  /// - Parameter base: The base as it is held.
  /// - Parameter task: What is asked, as people name it; `nil`: whatever is served.
  public func learnedOtherwise(
    than base: Base, answering task: String? = nil
  ) throws -> [(version: VersionRecord, description: TaskModelDescription)] {
    let asked = try task.flatMap(described).map { [$0] } ?? servedDescriptions()
    return asked.filter { !$0.description.suits(base.model) }
  }

  private func described(_ task: String) -> (version: VersionRecord, description: TaskModelDescription)? {
    guard let version = try? version(VersionReference(parsing: task)) else { return nil }
    return description(of: version).map { (version, $0) }
  }

  private func description(of version: VersionRecord) -> TaskModelDescription? {
    guard version.state == .registered, let manifest = try? manifest(of: version) else { return nil }
    return try? manifest.taskModel(of: "\(version.reference)").description
  }
}

extension TaskModelDescription {
  /// Whether a base is held as the task needs it and only its products are others, which nothing on this device changes: codes and integers
  /// are multiplied in bfloat16 on a GPU alone.
  ///
  /// - Parameter base: The base as it is held.
  package func computesElsewhere(than base: DecoderModel) -> Bool {
    // The files' own numbers could be held in bfloat16; their codes could not.
    !suits(base) && weights == base.roundedTo && (weights != nil || base.configuration.packed != nil)
  }

  /// How the base was held as the task was learned, in words.
  public var heldWords: String {
    (weights?.rawValue ?? "the numbers that its files have") + (compute == .bfloat16 ? ", computed in bfloat16" : "")
  }
}
