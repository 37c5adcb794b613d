import Decoder
package import Files
import Foundation
import Generation
import ModelConfiguration
import Records
import Streams
import Torch

extension Manifest {
  /// The manifest of a configuration as things are now.
  static func make(
    _ configuration: RunConfiguration, base: Base, suite: any TaskSuite, tasks: [PreparedTask]
  ) throws -> Manifest {
    var digests: [String: Digest] = [:]
    for task in tasks {
      for file in suite.files(ofTask: task.task.name) { digests[file.path] = try Digest(ofFile: file) }
    }
    return Manifest(
      accrete: accreteVersion, libtorch: TorchRuntime.version, configuration: configuration,
      tasks: tasks.map(\.task.name), baseDigest: base.model.digest, baseConfiguration: base.model.declared,
      endTokens: base.model.configuration.endTokens, tokenizerDigest: base.tokenizerDigest,
      promptDigest: try promptDigest(of: tasks), dataDigests: digests,
      rows: Dictionary(uniqueKeysWithValues: try tasks.map { ($0.task.name, try $0.counts()) }),
      scoring: Dictionary(
        uniqueKeysWithValues: try tasks.map { ($0.task.name, $0.scoring(notes: try suite.notes(ofTask: $0.task.name))) }
      ))
  }

  /// SHA-256 of the prompt's form of some tasks. An expert is bound to that of its own task alone, so that it does not
  /// depend on which others are learned.
  package static func promptDigest(of tasks: [PreparedTask]) throws -> Digest {
    let prompts = tasks.map {
      PromptForm(name: $0.task.name, instruction: $0.task.instruction, cue: $0.task.cue, labels: $0.task.labels)
    }
    return Digest(of: try JSONFile.encode(prompts, pretty: false))
  }

  private struct PromptForm: Encodable {
    let name: String
    let instruction: String
    let cue: String
    let labels: [String]
  }
}
