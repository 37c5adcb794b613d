import Decoder
import Files
import Foundation
public import Generation
public import Registry
public import TaskModels

/// One version of a task, loaded to answer.
///
/// ```swift
/// let registry = try Registry.open(URL(fileURLWithPath: "registry"), access: .reading)
/// let spam = try registry.load("spam")
/// print(try spam.predict("You have won a prize!").text)
/// ```
public struct ServedTask {
  public let version: VersionRecord
  public let manifest: VersionManifest
  public let runner: TaskModelRunner

  /// Answers one text.
  /// - Throws: `StreamError`, `TorchError`.
  public func predict(_ text: String) throws -> TaskAnswer {
    guard let answer = try predict([text]).first else {
      throw ServingError.malformed(version: "\(version.reference)", part: "model", reason: "gave no answer")
    }
    return answer
  }

  /// Answers texts, in their order.
  public func predict(_ texts: [String]) throws -> [TaskAnswer] { try runner.answers(texts) }
}

extension Registry {
  /// Loads a version of a task with the registry's base.
  ///
  /// - Parameter name: `spam` for the released version, `spam@2`, or `spam:alias`.
  /// - Parameter base: The base where it is loaded already; `nil` loads it.
  /// - Throws: ``RegistryError``, ``ServingError``, errors of the layers below.
  public func load(_ name: String, on base: Base? = nil) throws -> ServedTask {
    try load(version(VersionReference(parsing: name)), on: base ?? loadBase())
  }

  /// The same of a version that is known.
  public func load(_ version: VersionRecord, on base: Base) throws -> ServedTask {
    guard version.state == .registered else {
      throw RegistryError.outOfUse(version: "\(version.reference)", state: version.state)
    }
    let manifest = try manifest(of: version)
    let name = "\(version.reference)"
    let description = try manifest.taskModel(of: name).description
    let model = try TaskModel(
      description, named: name, base: base.model.configuration, device: base.model.device
    ) { role in try manifest.parts[role].map { try blobURL($0.digest) } }
    return ServedTask(version: version, manifest: manifest, runner: try TaskModelRunner(model, on: base))
  }
}

extension VersionManifest {
  /// What it says under `model`.
  ///
  /// - Parameter version: Names it in errors.
  /// - Throws: ``ServingError/malformed(version:part:reason:)``.
  public func taskModel(of version: String) throws -> TaskModelRecord {
    do {
      return try JSONFile.decode(TaskModelRecord.self, from: JSONFile.encode(model, pretty: false), path: version)
    } catch let error as FileError {
      throw ServingError.malformed(version: version, part: "model", reason: "cannot be read: \(error)")
    }
  }
}

/// What a version's manifest says under `model`.
public struct TaskModelRecord: Codable, Sendable {
  /// What it takes to answer.
  public let description: TaskModelDescription
  /// Why it is as it is.
  public let evidence: LearnEvidence?

  public init(description: TaskModelDescription, evidence: LearnEvidence?) {
    self.description = description
    self.evidence = evidence
  }
}
