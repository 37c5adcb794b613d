import Decoder
import Experts
import Files
import Foundation
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// What the PyTorch reference computed; see Tests/Goldens/README.md.
enum Goldens {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Goldens")

  static func tensors() throws -> SafetensorsFile {
    try SafetensorsFile(folder.appendingPathComponent("learning.safetensors"))
  }

  static func document() throws -> LearningDocument {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      LearningDocument.self, from: Data(contentsOf: folder.appendingPathComponent("learning.json")))
  }

  /// The tiny checkpoint; operations run on one thread, as the tests themselves run side by side.
  static func model(_ form: String = "tiny") throws -> DecoderModel {
    try TorchRuntime.setThreads(1)
    return try DecoderModel(folder: folder.appendingPathComponent(form))
  }

  /// The golden's three tasks; the second one is being learned.
  static let tasks = (0..<3).map { TaskIdentity(name: "task\($0)", index: $0) }
  static let task = tasks[1]

  /// All tensors whose names start with `prefix`, under the names that our methods give them.
  static func renamed(_ prefix: String) throws -> [String: Tensor] {
    let file = try tensors()
    return try Dictionary(
      uniqueKeysWithValues: file.names.filter { $0.hasPrefix(prefix + ".") }.map {
        (ourName(String($0.dropFirst(prefix.count + 1))), try file.tensor($0))
      })
  }

  /// `layers.0.up_proj.task1.A` → `tasks.task1.layers.0.up_proj.A`, `layers.0.gate` → `gates.0`, and so on.
  static func ourName(_ name: String) -> String {
    let parts = name.split(separator: ".").map(String.init)
    guard parts.count > 1 else { return "heads.\(task.name)" }
    if parts.count == 3 { return "\(parts[2])s.\(parts[1])" }
    let position = "layers.\(parts[1]).\(parts[2]).\(parts[4])"
    switch parts[3] {
    case "shared": return "shared." + position
    case "lora": return "lora." + position
    default: return "tasks.\(parts[3])." + position
    }
  }

  /// The values that a method of the goldens starts from.
  static func values(_ kept: (String) -> Bool) throws -> [String: Tensor] {
    try renamed("value").filter { kept($0.key) }.mapValues { try $0.cloned() }
  }

  static func context(_ model: DecoderModel, _ mode: AdversaryMode = .isolated) throws -> MethodContext {
    MethodContext(
      base: model.configuration, device: .cpu, shape: try LowRankShape(rank: 4, alpha: 8, dropout: 0), seed: 0,
      tasks: 3, options: ["adversary": .choice(mode.rawValue)])
  }

  static func moeCL(_ model: DecoderModel, _ mode: AdversaryMode) throws -> MoECL {
    let method = try MoECL(context(model, mode))
    let hasDiscriminators = mode != .off
    try method.restore(
      tasks: tasks,
      tensors: values { name in
        !name.hasPrefix("lora") && !name.hasPrefix("heads") && (hasDiscriminators || !name.hasPrefix("disc"))
      })
    return method
  }

  static func sequential(_ model: DecoderModel) throws -> Sequential {
    let method = try Sequential(context(model))
    let values = try values { $0.hasPrefix("lora.") }
    try method.restore(
      tasks: tasks, tensors: Dictionary(uniqueKeysWithValues: values.map { (asSequential($0.key), $0.value) }))
    return method
  }

  static func asSequential(_ name: String) -> String {
    name.hasPrefix("lora.") ? "shared." + name.dropFirst(5) : name
  }

  /// The method of a case: `paper`, `isolated`, `off` or `lora`.
  static func method(_ name: String, _ model: DecoderModel) throws -> any ContinualMethod {
    try AdversaryMode(rawValue: name).map { try moeCL(model, $0) } ?? sequential(model)
  }
}

struct LearningDocument: Decodable {
  struct Batch: Decodable {
    let ids: [[Int]]
    let lengths: [Int]
    let promptLengths: [Int]
    let answerMask: [[Int]]

    /// The rows as examples.
    func examples(labels: [Int]? = nil) -> [EncodedExample] {
      ids.indices.map { row in
        EncodedExample(
          index: row, promptIds: Array(ids[row][..<promptLengths[row]]),
          answerIds: Array(ids[row][promptLengths[row]..<lengths[row]]), labelIndex: labels?[row], droppedTokens: 0)
      }
    }
  }

  struct Head: Decodable {
    let labels: [Int]
    let loss: Double
  }

  struct Scores: Decodable {
    let prompts: [[Int]]
    let answers: [[Int]]
  }

  struct Steps: Decodable {
    let rate: Double
    let weightDecay: Double
    let clip: Double
    let batches: [Batch]
    let paper: [[String: Double]]
    let isolated: [[String: Double]]
    let lora: [[String: Double]]

    func terms(_ name: String) -> [[String: Double]] {
      switch name {
      case "paper": paper
      case "isolated": isolated
      default: lora
      }
    }
  }

  let batch: Batch
  let losses: [String: [String: Double]]
  let head: Head
  let scores: Scores
  let steps: Steps

  /// What the goldens call a loss term of ours.
  static func goldenName(_ term: String) -> String {
    term == "task" ? "sft" : String(term.dropFirst("adversary.".count))
  }
}

/// Options that say everything, so that no default matters.
func options(
  rate: Double = 1e-2, batch: Int = 4, accumulation: Int = 1, epochs: Int = 1, clip: Double = 1, decay: Double = 0.01
) -> TrainingOptions {
  var options = TrainingOptions()
  options.batchSize = batch
  options.accumulation = accumulation
  options.epochs = epochs
  options.learningRate = rate
  options.schedule = .constant
  options.warmupSteps = 0
  options.weightDecay = decay
  options.gradientClip = clip
  options.maxLength = 64
  return options
}

/// The distance of two tensors over the norm of the second.
func relativeDistance(_ a: Tensor, _ b: Tensor, sourceLocation: SourceLocation = #_sourceLocation) throws -> Double {
  try #require(a.shape == b.shape, sourceLocation: sourceLocation)
  let distance = try (a - b).norm().item()
  let norm = try b.norm().item()
  return distance.isNaN ? .infinity : distance / max(norm, 1e-12)
}

/// Digests of tensors by name: what stays the same, bit for bit.
func digests(_ tensors: [String: Tensor]) throws -> [String: Digest] { try tensors.mapValues { try $0.digest() } }

/// Runs a task to its end.
@discardableResult
func run(_ training: TaskTraining) throws -> [StepReport] {
  var reports: [StepReport] = []
  while let report = try training.step() { reports.append(report) }
  try training.finish()
  return reports
}

/// A stored state is refused with an error of ours that names the tensor: not by whatever trips over it later.
func expectStateRefused(
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(throws: (any Error).self, comment, sourceLocation: sourceLocation) { try body() }
  #expect(
    error == nil || error is LearningError || error is ExpertError || error is TorchError,
    "\(error.map { "\($0)" } ?? "")",
    sourceLocation: sourceLocation)
}
