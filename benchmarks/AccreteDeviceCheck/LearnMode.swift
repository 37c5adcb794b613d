import BenchmarkSupport
import Decoder
import Experts
import Files
import Foundation
import Learning
import ModelConfiguration
import Records
import Streams
import Tokenization
import Torch

/// One small task, learned: what are its losses, and has the expert the same bytes again?
struct LearnMode {
  private struct Row: Decodable {
    let text: String
    let label: String
    let split: String?
  }

  private struct Facts: Encodable {
    let libtorch: String
    let device: String
    let compute: ComputePrecision
    let attention: String
    let kernels: String
    let rows: Int
    let steps: Int
    let losses: [Double]
    /// The mean of the last quarter of the steps.
    let finalLoss: Double
    /// SHA-256 of the expert's tensors.
    let digest: String
    let seconds: Double
    let memory: MemoryFigures
  }

  let arguments: CommandWords
  let device: Device

  func run() throws {
    let folder = try arguments.file("base")
    let choice = try arguments.compute(or: .float32)
    // What products of bfloat16 take must be held in it.
    let weights: WeightMatrix.Precision = choice == .bfloat16 ? .bfloat16 : .float32
    let model = try DecoderModel(folder: folder, on: device, precision: weights)
      .computing(choice, named: folder.path)
    let examples = try Self.examples(
      arguments.file("rows"), BPETokenizer(folder: folder), model.configuration,
      count: arguments.number("count", or: 160))
    let shape = try LowRankShape(rank: 8, alpha: 16, dropout: 0.05, projections: Projection.allCases)
    let method = try MethodCatalog.make(
      Sequential.name, MethodContext(base: model.configuration, device: device, shape: shape, seed: 0))
    var options = TrainingOptions()
    options.epochs = try arguments.number("epochs", or: 2)
    options.learningRate = 3e-4
    let training = try TaskTraining(
      TaskTraining.Material(task: TaskIdentity(name: "learned", index: 0), examples: examples, labels: 0),
      model: model, method: method, heads: nil, options: options, seed: 0)
    var losses: [Double] = []
    let seconds = try Answer.seconds(on: device) {
      while let report = try training.step() { losses.append(report.loss) }
    }
    let tensors = try method.tensors.mapValues { try $0.detached().moved(to: .cpu).contiguous() }
    let last = losses.suffix(max(losses.count / 4, 1))
    try Answer.say(
      Facts(
        libtorch: TorchRuntime.version, device: device.description, compute: model.compute,
        attention: model.plan.attention.rawValue, kernels: DeviceOperations.description(on: device),
        rows: examples.count, steps: losses.count, losses: losses,
        finalLoss: last.reduce(0, +) / Double(max(last.count, 1)),
        digest: try SafetensorsFile.digest(of: tensors).hexadecimal, seconds: seconds, memory: try MemoryFigures(device)
      ))
  }

  /// Training rows of a file of texts with labels: the text and a cue, then the label and the end token.
  private static func examples(
    _ file: URL, _ tokenizer: BPETokenizer, _ base: DecoderConfiguration, count: Int
  ) throws -> [EncodedExample] {
    let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
    let rows = try lines.map { try JSONDecoder().decode(Row.self, from: $0) }.filter { $0.split ?? "train" == "train" }
    return try rows.prefix(count).enumerated().map { index, row in
      EncodedExample(
        index: index, promptIds: try tokenizer.encodePlain(row.text + "\nLabel:").suffix(200),
        answerIds: try tokenizer.encodePlain(" " + row.label) + base.endTokens.prefix(1), labelIndex: nil,
        droppedTokens: 0)
    }
  }
}
