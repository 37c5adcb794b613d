import Decoder
import Experts
import Foundation
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Three tasks that `Scripts/reference/accrete.py` learned on the tiny checkpoint; see Tests/Goldens/README.md.
struct AccreteGoldens {
  struct Document: Decodable {
    let seed: UInt64
    let rate: Double
    let weightDecay: Double
    let clip: Double
    let batchSize: Int
    let epochs: Int
    /// Shared and own atoms that each task adds.
    let plans: [[Int]]
    let tasks: [Task]
  }

  struct Task: Decodable {
    struct Decision: Decodable {
      let arrival: Int?
      let distance: Double
      let confidence: Double
    }

    let name: String
    let answers: [[Int]]
    let prompts: [[Int]]
    let labels: [Int]
    let steps: [[String: Double]]
    let scores: [[Double]]
    let sharedShare: [Double]
    let probe: [Double]?
    let requests: [[Int]]
    let decisions: [Decision]

    var examples: [EncodedExample] {
      prompts.indices.map { row in
        EncodedExample(
          index: row, promptIds: prompts[row], answerIds: answers[labels[row]], labelIndex: labels[row],
          droppedTokens: 0)
      }
    }
  }

  let model: DecoderModel
  let document: Document
  let tensors: SafetensorsFile

  init() throws {
    model = try Goldens.model()
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    document = try decoder.decode(
      Document.self, from: Data(contentsOf: Goldens.folder.appendingPathComponent("accrete.json")))
    tensors = try SafetensorsFile(Goldens.folder.appendingPathComponent("accrete.safetensors"))
  }

  var identities: [TaskIdentity] {
    document.tasks.enumerated().map { TaskIdentity(name: $1.name, index: $0) }
  }

  /// The method as it was before a task; every option has its default.
  func method(before task: Int) throws -> Accrete {
    let context = MethodContext(
      base: model.configuration, device: .cpu, shape: try LowRankShape(rank: 4, alpha: 8, dropout: 0),
      seed: document.seed)
    let method = try Accrete(context)
    if task > 0 { try method.restore(tasks: Array(identities.prefix(task)), tensors: state(before: task)) }
    return method
  }

  func training(_ task: Int, _ method: Accrete) throws -> TaskTraining {
    try TaskTraining(
      .init(task: identities[task], examples: document.tasks[task].examples, labels: 3), model: model, method: method,
      heads: nil,
      options: options(
        rate: document.rate, batch: document.batchSize, epochs: document.epochs, clip: document.clip,
        decay: document.weightDecay), seed: document.seed)
  }

  /// What a task left: atoms and gains.
  func parts(of task: Int) throws -> [String: Tensor] { try all("tasks.\(document.tasks[task].name).", kept: true) }

  /// Stored rows, and what the router knows, after a task.
  func memory(after task: Int) throws -> [String: Tensor] { try all("after.\(task).memory.", as: "memory.") }

  func router(after task: Int) throws -> [String: Tensor] {
    let means = try tensors.tensor("after.\(task).means")
    let scatter = try tensors.tensor("after.\(task).scatter")
    return try (0...task).reduce(into: ["router.scatter": Triangle.packed(scatter)]) { result, known in
      let rows = try Tensor([Float(document.tasks[known].prompts.count)])
      result["router.means.\(known)"] = try Tensor.concatenated([means.selected(0, known), rows])
    }
  }

  private func state(before task: Int) throws -> [String: Tensor] {
    try (0..<task).reduce(into: memory(after: task - 1).merging(router(after: task - 1)) { first, _ in first }) {
      try $0.merge(parts(of: $1)) { first, _ in first }
    }
  }

  /// The tensors whose names begin with `prefix`, with `name` in its place.
  func all(_ prefix: String, as name: String = "", kept: Bool = false) throws -> [String: Tensor] {
    let names = tensors.names.filter { $0.hasPrefix(prefix) }
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        (kept ? $0 : name + $0.dropFirst(prefix.count), try tensors.tensor($0).cloned())
      })
  }
}
