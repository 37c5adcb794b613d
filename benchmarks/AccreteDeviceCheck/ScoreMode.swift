import Decoder
import Experts
import Files
import Foundation
import Learning
import ModelConfiguration
import Records
import Streams
import Torch

/// How fast are labels scored? Every row's prompt is computed once, all labels behind it.
struct ScoreMode {
  private struct Rows: Decodable {
    struct Row: Decodable {
      let prompt: [Int]
      let label: Int
    }
    let rows: [Row]
    /// Tokens of each label.
    let labels: [[Int]]
  }

  private struct Facts: Encodable {
    let libtorch: String
    let device: String
    let compute: ComputePrecision
    let attention: String
    let rows: Int
    let labels: Int
    let rowsPerSecond: Double
    let labelsPerSecond: Double
    let roundSeconds: [Double]
    let predictions: [Int]
    let peakBytes: Int
    let memory: MemoryFigures
  }

  private let arguments: CheckArguments
  private let device: Device

  init(_ arguments: CheckArguments) throws {
    self.arguments = arguments
    device = try arguments.device
  }

  func run() throws {
    let material = try JSONFile.read(Rows.self, from: arguments.file("material"))
    try MemoryFigures.reset(device)
    let model = try arguments.model()
    let expert = try RandomExpert.make(0, rank: arguments.number("rank", or: 16), on: model)
    let examples = material.rows.enumerated().map { index, row in
      EncodedExample(
        index: index, promptIds: row.prompt, answerIds: material.labels[row.label], labelIndex: row.label,
        droppedTokens: 0)
    }
    let evaluator = Evaluator(model, budget: TokenBudget(try arguments.number("batch-tokens", or: 16_384)))
    var predictions: [Prediction] = []
    var seconds: [Double] = []
    // The first round warms up.
    for _ in 0..<max(try arguments.number("rounds", or: 4), 2) {
      seconds.append(
        try Answer.seconds(on: device) {
          predictions = try evaluator.predictions(
            examples, labels: material.labels, head: nil, experts: LowRankSelection(expert))
        })
    }
    let rate = Double(examples.count) / Answer.median(Array(seconds.dropFirst()))
    let memory = try MemoryFigures(device)
    try Answer.say(
      Facts(
        libtorch: TorchRuntime.version, device: device.description, compute: model.compute,
        attention: model.plan.attention.rawValue, rows: examples.count, labels: material.labels.count,
        rowsPerSecond: rate, labelsPerSecond: rate * Double(material.labels.count), roundSeconds: seconds,
        predictions: predictions.map(\.predicted), peakBytes: memory.compared, memory: memory))
  }
}
