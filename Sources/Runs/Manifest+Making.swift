import Decoder
import Files
import Foundation
import Streams
import Torch

extension Manifest {
  /// This package's version.
  public static let accreteVersion = "0.1.0"

  /// The manifest of a configuration as things are now.
  static func make(
    _ configuration: RunConfiguration, base: Base, suite: any TaskSuite, tasks: [PreparedTask]
  ) throws -> Manifest {
    var digests: [String: Digest] = [:]
    for task in tasks {
      for file in suite.files(ofTask: task.task.name) { digests[file.path] = try Digest(ofFile: file) }
    }
    let prompts = tasks.map {
      PromptForm(name: $0.task.name, instruction: $0.task.instruction, cue: $0.task.cue, labels: $0.task.labels)
    }
    return Manifest(
      accrete: accreteVersion, libtorch: TorchRuntime.version, configuration: configuration,
      tasks: tasks.map(\.task.name), baseDigest: base.model.digest, tokenizerDigest: base.tokenizerDigest,
      promptDigest: Digest(of: try JSONFile.encode(prompts, pretty: false)), dataDigests: digests,
      rows: Dictionary(uniqueKeysWithValues: tasks.map { ($0.task.name, $0.counts) }))
  }

  private struct PromptForm: Encodable {
    let name: String
    let instruction: String
    let cue: String
    let labels: [String]
  }
}
