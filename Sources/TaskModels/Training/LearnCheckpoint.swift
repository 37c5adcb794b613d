import Files
import Foundation
import Learning
import Randomness
import Records
import Torch

/// Where a task's training is, on disk: the same command goes on from it bit-identically.
///
/// One sealed safetensors file: the trained tensors, the optimizer's moments, the averages; everything else as JSON in its header.
struct LearnCheckpoint {
  /// What is not a tensor.
  struct State: Codable {
    /// SHA-256 of everything that training sees: rows, options, base.
    let inputs: Digest
    var evidence: LearnEvidence
    var seconds: Double
    /// What the trials of learning rates took of ``seconds``; `nil`: there were none.
    var trialSeconds: Double?
    /// `nil`: the trials of learning rates are not over, or the last training has not begun.
    var training: Training?
    /// What the choose rows decided; `nil`: they have not. Then ``training`` is the last one, on all rows.
    var decision: Decision?
  }

  /// What is settled before the expert is trained once more, on learn and choose rows together.
  struct Decision: Codable {
    let head: OutputHead
    /// `nil`: of a task with several labels.
    let combination: LabelCombination?
    /// `nil`: of a task with one label a row.
    var labelSets: LabelSetCombination?
    /// Passes over the rows: as many as were best when the choose rows were left out.
    let passes: Double
    /// The expert as it is before that, which stays if the last training spoils it.
    let first: First?
  }

  /// What the choose rows said of an expert that they were held back from; it lies beside the checkpoint.
  struct First: Codable {
    let expert: Digest
    /// Of a trained output head.
    let head: Digest?
    /// Mean −log p of the right label.
    let loss: Double
  }

  struct Training: Codable {
    var cursor: TrainingState.Cursor
    var dropout: RandomStream
    var averaged: Int
  }

  /// The tensors of a task that is being trained.
  struct Tensors {
    var method: [String: Tensor]
    var heads: [String: Tensor]
    var firstMoment: Tensor
    var secondMoment: Tensor
    var average: Tensor
    /// The average of the best measurement so far.
    var best: Tensor?
  }

  var state: State
  var tensors: Tensors?

  private static let key = "state"

  func write(to url: URL) throws {
    var named: [String: Tensor] = [:]
    if let tensors {
      for (name, tensor) in tensors.method { named["method." + name] = tensor }
      for (name, tensor) in tensors.heads { named["heads." + name] = tensor }
      named["first"] = tensors.firstMoment
      named["second"] = tensors.secondMoment
      named["average"] = tensors.average
      named["best"] = tensors.best
    }
    let text = String(decoding: try JSONFile.encode(state, pretty: false), as: UTF8.self)
    try SafetensorsFile.write(named, metadata: [Self.key: text], sealed: true, to: url)
  }

  /// The checkpoint of a file; `nil` where there is none.
  /// - Throws: `TorchError.malformedSafetensors` for a damaged one.
  static func read(_ url: URL) throws -> LearnCheckpoint? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let file = try SafetensorsFile(url)
    try file.checkSeal()
    guard let text = file.metadata[key] else {
      throw TorchError.malformedSafetensors(path: url.path, rule: "it holds no state of training")
    }
    let state = try JSONFile.decode(State.self, from: Data(text.utf8), path: url.path)
    let isMeasured = state.evidence.kept.map { state.evidence.measurements.indices.contains($0) } ?? true
    guard isMeasured, (0..<1 << 48).contains(state.training?.averaged ?? 0) else {
      throw TorchError.malformedSafetensors(path: url.path, rule: "its state is not one of a training")
    }
    var named: [String: Tensor] = [:]
    // Copies: training changes tensors in place, and a mapped file must stay as it is.
    for name in file.names { named[name] = try file.tensor(name).cloned() }
    func owned(by owner: String) -> [String: Tensor] {
      named.reduce(into: [:]) { result, entry in
        guard entry.key.hasPrefix(owner + ".") else { return }
        result[String(entry.key.dropFirst(owner.count + 1))] = entry.value
      }
    }
    guard state.training != nil else { return LearnCheckpoint(state: state, tensors: nil) }
    guard let first = named["first"], let second = named["second"], let average = named["average"] else {
      throw TorchError.malformedSafetensors(path: url.path, rule: "it holds no optimizer")
    }
    return LearnCheckpoint(
      state: state,
      tensors: Tensors(
        method: owned(by: "method"), heads: owned(by: "heads"), firstMoment: first, secondMoment: second,
        average: average, best: named["best"]))
  }
}
