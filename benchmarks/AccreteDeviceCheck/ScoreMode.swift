import BenchmarkSupport
import Decoder
import Experts
import Learning
import ModelConfiguration
import Records
import Streams
import Torch

/// How fast are labels scored? Every row's prompt is computed once, all labels behind it.
struct ScoreMode {
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

  let arguments: CommandWords
  let device: Device

  func run() throws {
    let material = try ScoringMaterial.read(arguments.file("material"))
    try MemoryFigures.reset(device)
    let model = try arguments.model()
    let expert = try RandomExpert.make(0, arguments.everywhere, on: model)
    let examples = try material.examples()
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
