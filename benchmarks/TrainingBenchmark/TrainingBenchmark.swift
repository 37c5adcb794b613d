// Training speed on given batches: the Swift side of Scripts/bench.
//
//     training-benchmark --base DIR --batches FILE --method sequential|moe-cl --warm-up 3 --steps 20 --threads 2
//
// The file is the one that Scripts/reference/bench_lora.py reads. Prints one JSON object; only real tokens are counted.

import Decoder
import Experts
import Files
import Foundation
import Learning
import Runs
import Streams
import Torch

@main
struct TrainingBenchmark {
  private struct BatchFile: Decodable {
    struct Batch: Decodable {
      let ids: [[Int]]
      let targets: [[Int]]
    }
    let batches: [Batch]
    let lengths: [[Int]]
  }

  private struct Result: Encodable {
    let method: String
    let tokensPerSecond: Double
    let tokens: Int
    let seconds: Double
    let steps: Int
    let threads: Int
    let secondsToFirstStep: Double
    let peakRssBytes: Int
    let libtorch: String

    private enum CodingKeys: String, CodingKey {
      case method, tokens, seconds, steps, threads, libtorch
      case tokensPerSecond = "tokens_per_second"
      case secondsToFirstStep = "seconds_to_first_step"
      case peakRssBytes = "peak_rss_bytes"
    }
  }

  static func main() throws {
    let clock = ContinuousClock()
    let begin = clock.now
    var options: [String: String] = [:]
    let words = Array(CommandLine.arguments.dropFirst())
    for index in stride(from: 0, to: words.count - 1, by: 2) { options[words[index]] = words[index + 1] }
    let folder = URL(fileURLWithPath: options["--base"] ?? "")
    let methodName = options["--method"] ?? Sequential.name
    let (warmUp, steps) = (Int(options["--warm-up"] ?? "") ?? 3, Int(options["--steps"] ?? "") ?? 20)
    TorchRuntime.keepFreedMemory()
    try TorchRuntime.setThreads(Int(options["--threads"] ?? "") ?? 2)

    let file = try JSONFile.read(BatchFile.self, from: URL(fileURLWithPath: options["--batches"] ?? ""))
    let model = try DecoderModel(folder: folder)
    var examples: [EncodedExample] = []
    var plan: [[Int]] = []
    for (batch, lengths) in zip(file.batches, file.lengths) {
      plan.append(Array(examples.count..<examples.count + batch.ids.count))
      for ((ids, targets), length) in zip(zip(batch.ids, batch.targets), lengths) {
        let start = targets.firstIndex { $0 >= 0 } ?? length
        examples.append(
          EncodedExample(
            index: examples.count, promptIds: Array(ids[..<start]), answerIds: Array(ids[start..<length]),
            labelIndex: nil, droppedTokens: 0))
      }
    }
    var training = TrainingOptions()
    training.epochs = (warmUp + steps) / max(plan.count, 1) + 1
    let context = MethodContext(base: model.configuration, device: .cpu, shape: try LowRankShape(), seed: 0)
    let method = try MethodCatalog.make(methodName, context, adversary: Adversary.Options())
    // As the second of two tasks, so that an adversary has something to do.
    let task = TaskIdentity(name: "second", arrival: 1)
    if methodName == MoECL.name { _ = try method.begin(TaskIdentity(name: "first", arrival: 0)) }
    let batches = plan
    let run = try TaskTraining(
      TaskTraining.Material(task: task, examples: examples, labels: 0) { _ in batches }, model: model, method: method,
      heads: nil, options: training, seed: 0, pad: 0)

    _ = try run.step()
    let firstStep = begin.duration(to: clock.now)
    for _ in 1..<max(warmUp, 1) { _ = try run.step() }
    let start = clock.now
    var tokens = 0
    for _ in 0..<steps { tokens += try run.step()?.tokens ?? 0 }
    let seconds = Double(start.duration(to: clock.now) / .nanoseconds(1)) * 1e-9
    let result = Result(
      method: methodName, tokensPerSecond: Double(tokens) / seconds, tokens: tokens, seconds: seconds, steps: steps,
      threads: TorchRuntime.threads, secondsToFirstStep: Double(firstStep / .nanoseconds(1)) * 1e-9,
      peakRssBytes: ProcessMemory.peakResidentBytes, libtorch: TorchRuntime.version)
    print(String(decoding: try JSONFile.encode(result, pretty: false), as: UTF8.self))
  }
}
