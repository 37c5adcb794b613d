// The Swift side of `Scripts/bench`: one process for one work, measured in rounds.
//
//     accrete-benchmark train    --base DIR --material train.json --method lora-ffn|lora-all|moe-cl --warm-up 3 --threads 2
//     accrete-benchmark score    --base DIR --material score.json --expert expert.safetensors --threads 2
//     accrete-benchmark generate --base DIR --material generate.json --expert expert.safetensors --new-tokens 64 --threads 2
//     accrete-benchmark generate --base DIR --material generate.json --distinct 16 --new-tokens 64   (so many experts, row by row)
//     accrete-benchmark invariance --base DIR --requests 64 --orders 200 --new-tokens 8 --threads 2  (one line; see Scripts/batch_invariance)
//     accrete-benchmark registry --base DIR --out DIR --experts 32 --rank 8   (for a server: a registry of random versions; ends at once;
//                                                                                 --versions 2: so many of each, the first released)
//     accrete-benchmark tokenize --base DIR --material texts.json
//     accrete-benchmark pretrain --config config.json --optimizer adamw|muon --rows 16 --micro-batch 8 --length 256
//
// The modes with a model take --weights float32|bfloat16|int8|fp8|nf4 (default: as the files have them), train also --checkpointing 1.
//
// Each mode loads, warms up and prints one JSON line of facts; then every line on standard input starts one round, which
// ends with one JSON line of figures. The peers in `benchmarks/peers` speak the same way, so that both stay warm and can
// take turns. The lines on standard input: train: number of steps; score: nothing; generate: rows in the batch;
// tokenize: threads.

import BenchmarkSupport
import Files
import Foundation
import Torch

@main
struct AccreteBenchmark {
  static func main() async {
    StandardDescriptors.openMissing()
    do {
      try await run(CommandWords(CommandLine.arguments))
    } catch {
      FileHandle.standardError.write(Data("accrete-benchmark: \(error)\n".utf8))
      exit(1)
    }
  }

  /// What each mode reads, besides what all of them do.
  private static let options: [String: [String]] = [
    "train": base + ["material", "method", "warm-up", "tasks-before", "checkpointing"],
    "score": base + ["material", "expert"],
    "generate": base + ["material", "expert", "distinct", "new-tokens"],
    "invariance": base + ["requests", "orders", "new-tokens"],
    "registry": base + ["out", "experts", "versions", "rank"],
    "tokenize": ["base", "material"],
    "pretrain": ["config", "optimizer", "rows", "micro-batch", "length"],
  ]
  private static let base = ["base", "weights", "compute", "device"]

  private static func run(_ arguments: CommandWords) async throws {
    if let names = options[arguments.mode] { try arguments.require(only: names + ["threads", "started"]) }
    TorchRuntime.keepFreedMemory()
    try TorchRuntime.setThreads(arguments.number("threads", or: 2))
    switch arguments.mode {
    case "train": try TrainMode(arguments).run()
    case "score": try ScoreMode(arguments).run()
    case "generate": try GenerateMode(arguments).run()
    case "invariance": try InvarianceMode(arguments).run()
    case "registry": try RegistryMode(arguments).run()
    case "tokenize": try await TokenizeMode(arguments).run()
    case "pretrain": try PretrainMode(arguments).run()
    default:
      throw UsageError(
        "mode: train, score, generate, invariance, registry, tokenize or pretrain expected, got \(arguments.mode)")
    }
  }
}
