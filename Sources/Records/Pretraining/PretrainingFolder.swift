import Files
public import Foundation

/// The URLs of a pretraining run's files that no other run has (docs/pretraining.md, "What is written").
extension RunFolder {
  /// What the run was made from, instead of `manifest.json`.
  public var pretraining: URL { url.appendingPathComponent("pretraining.json") }
  /// The tokenizer, where the run trained one.
  public var tokenizer: URL { url.appendingPathComponent("tokenizer") }
  /// Shards, where the run has its own.
  public var tokens: URL { url.appendingPathComponent("tokens") }
  /// One line per measurement of the held-out loss.
  public var heldOut: URL { url.appendingPathComponent("held-out.jsonl") }
  /// The base in Hugging Face's form, as it is when the run is complete.
  public var model: URL { url.appendingPathComponent("model") }

  /// The folder to give to `tensorboard --logdir`.
  package var tensorBoard: URL { url.appendingPathComponent("tensorboard") }

  /// What the run is being made from, until it is prepared.
  package var preparing: URL { url.appendingPathComponent("preparing.json") }

  /// Whether the folder is that of a pretraining run.
  public var isPretraining: Bool { hasManifest || FileManager.default.fileExists(atPath: preparing.path) }
  /// Whether the run is prepared.
  package var hasManifest: Bool { FileManager.default.fileExists(atPath: pretraining.path) }

  package func checkpoint(step: Int) -> URL { checkpoints.appendingPathComponent("step-\(step).safetensors") }

  /// Steps of all checkpoints that are there, the oldest first.
  package func checkpointSteps() throws -> [Int] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: checkpoints.path)
    } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
      return []
    } catch {
      throw FileError.notReadable(path: checkpoints.path, reason: error.localizedDescription)
    }
    return names.compactMap { name in
      name.wholeMatch(of: /step-([0-9]{1,15})\.safetensors/).flatMap { Int($0.1) }
    }.sorted()
  }
}
