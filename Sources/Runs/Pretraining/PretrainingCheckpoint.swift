import Decoder
import Files
import Foundation
import Pretraining
import Records
import Torch

/// The whole state of a pretraining run after a step, as one sealed file: weights, the optimizer's tensors, and as JSON in the header
/// what is left. The tokens of the next step follow from its number.
struct PretrainingCheckpoint: Codable, Equatable {
  var step: Int
  var eventBytes: UInt64
  var heldOutBytes: UInt64
  var measurements: [HeldOutMeasurement]
  /// SHA-256 of `pretraining.json`.
  var manifestDigest: Digest

  struct Content {
    let state: PretrainingCheckpoint
    let weights: [String: Tensor]
    let optimizer: [String: Tensor]
  }

  private static let stateKey = "pretraining"
  private static let optimizerPrefix = "optimizer."

  func write(weights: [String: Tensor], optimizer: [String: Tensor], to url: URL) throws {
    let state = String(decoding: try JSONFile.encode(self, pretty: false), as: UTF8.self)
    try SafetensorsFile.write(
      weights.merging(optimizer) { first, _ in first }, metadata: [Self.stateKey: state], sealed: true, to: url)
  }

  /// Reads a checkpoint and checks it to the last byte.
  /// - Throws: `RunError.checkpointDamaged(path:reason:)`, `FileError`.
  static func read(_ url: URL) throws -> Content {
    func damaged(_ reason: String) -> RunError { .checkpointDamaged(path: url.path, reason: reason) }
    do {
      let file = try SafetensorsFile(url)
      try file.checkSeal()
      guard let text = file.metadata[stateKey] else { throw damaged("it holds no state of a pretraining run") }
      let state = try JSONFile.decode(PretrainingCheckpoint.self, from: Data(text.utf8), path: url.path)
      var (weights, optimizer): ([String: Tensor], [String: Tensor]) = ([:], [:])
      // Copies: training changes tensors in place, and a mapped file must stay as it is.
      for name in file.names {
        let tensor = try file.tensor(name).cloned()
        if name.hasPrefix(optimizerPrefix) { optimizer[name] = tensor } else { weights[name] = tensor }
      }
      return Content(state: state, weights: weights, optimizer: optimizer)
    } catch let error as TorchError {
      throw damaged("\(error)")
    } catch let error as FileError {
      throw damaged("\(error)")
    }
  }

  func requireManifest(_ folder: RunFolder) throws {
    let now = try Digest(ofFile: folder.pretraining)
    guard manifestDigest == now else {
      throw RunError.changed(
        folder: folder.url.path, what: "pretraining.json", recorded: manifestDigest.description, now: now.description)
    }
  }
}

extension RunFolder {
  func newestPretrainingCheckpoint() throws -> PretrainingCheckpoint.Content? {
    guard let step = try checkpointSteps().last else { return nil }
    return try PretrainingCheckpoint.read(inside(checkpoint(step: step)))
  }
}

extension PretrainingRun {
  /// Checkpoints that stay: should the newest be damaged, there is one before it.
  private static let keptCheckpoints = 2

  func saveCheckpoint() throws {
    _ = try timings.flush()
    try PretrainingCheckpoint(
      step: stepsDone, eventBytes: events.flush(), heldOutBytes: heldOutLog.flush(), measurements: measurements,
      manifestDigest: Digest(ofFile: folder.pretraining)
    ).write(
      weights: Dictionary(uniqueKeysWithValues: trainer.decoder.weights.map { ($0.name, $0.tensor) }),
      optimizer: trainer.state, to: folder.inside(folder.checkpoint(step: stepsDone)))
    for step in try folder.checkpointSteps().dropLast(Self.keptCheckpoints) {
      try? FileManager.default.removeItem(at: folder.checkpoint(step: step))
    }
    report(.checkpoint(step: stepsDone))
  }
}
