import Decoder
import Files
import Foundation
public import Generation
public import Registry
public import Streams
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

  /// Answers texts, in their order. A task that learned from conversations takes each as the user's only turn.
  public func predict(_ texts: [String]) throws -> [TaskAnswer] { try runner.answers(texts.map(form.asking)) }

  /// Answers requests, in their order.
  ///
  /// - Parameter rows: What is asked.
  /// - Parameter progress: Called with the number of requests that are answered; what it throws ends the work.
  /// - Throws: `StreamError.prompt` for a conversation where the task learned from plain texts: it is never asked with a template.
  public func predict(
    _ rows: [RequestRow], progress: (Int) throws -> Void = { _ in }
  ) throws -> [TaskAnswer] { try runner.answers(rowEncoder.encoded(rows), progress: progress) }

  /// A request as the task's rows have it.
  /// - Throws: As ``predict(_:progress:)``.
  public func text(of row: RequestRow) throws -> String { try rowEncoder.text(of: row) }

  /// Makes of requests what it reads.
  var rowEncoder: RowEncoder {
    RowEncoder(name: "\(version.reference)", form: form, texts: runner.textEncoder)
  }

  private var form: TaskForm { runner.model.form }
}

extension Registry {
  /// Loads a version of a task with the registry's base.
  ///
  /// - Parameter name: `spam` for the released version, `spam@2`, or `spam:alias`.
  /// - Parameter base: The base where it is loaded already; `nil` loads it, held as the version was learned.
  /// - Throws: `RegistryError`, ``ServingError``, errors of the layers below.
  public func load(_ name: String, on base: Base? = nil) throws -> ServedTask {
    try load(version(VersionReference(parsing: name)), on: base ?? loadBase(answering: name))
  }

  /// The same of a version that is known.
  ///
  /// - Parameter version: Which.
  /// - Parameter base: The base.
  /// - Parameter mostBytes: What a file may have that is read of it; `nil`: as many as it has.
  /// - Throws: Also ``ServingError/tooLarge(version:part:bytes:limit:)``, before anything of the file is read.
  public func load(_ version: VersionRecord, on base: Base, mostBytes: Int? = nil) throws -> ServedTask {
    guard version.state == .registered else {
      throw RegistryError.outOfUse(version: "\(version.reference)", state: version.state)
    }
    let manifest = try manifest(of: version)
    let name = "\(version.reference)"
    let description = try manifest.taskModel(of: name).description
    guard manifest.labels.haveSameCodePoints(as: description.form.labels) else {
      throw ServingError.malformed(version: name, part: "model", reason: "has other labels than its manifest lists")
    }
    let model = try TaskModel(
      description, named: name, base: base.model.configuration, device: base.model.device
    ) { role in
      try manifest.parts[role].map { part in
        // As large as it is, whatever the manifest says of it.
        if let mostBytes, case let bytes = try blobSize(part.digest), bytes > mostBytes {
          throw ServingError.tooLarge(version: name, part: role, bytes: bytes, limit: mostBytes)
        }
        return try blobURL(part.digest)
      }
    }
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
