// What `Scripts/gpu_check` runs of Accrete on the machine with the GPU. Each mode prints one JSON object on standard output, in a line.
//
//     accrete-device-check plan      --device cuda:0 [--compute bfloat16]
//     accrete-device-check operators --device cuda:0
//     accrete-device-check learn     --device cuda:0 --compute float32|bfloat16 --base FOLDER --rows FILE.jsonl
//     accrete-device-check train     --device cuda:0 --model FOLDER --material FILE.json --rank 16 --steps 10
//                                    [--method lora|moe-cl] [--weights bfloat16] [--compute bfloat16] [--checkpointing]
//                                    [--checkpointed FILE.json]   (then a second line: these rows, with checkpointing)
//     accrete-device-check score     --device cuda:0 --model FOLDER --material FILE.json
//     accrete-device-check decode    --device cuda:0 --model FOLDER --batch 64 --experts 64 --new-tokens 32
//
// With `--device cpu` and ACCRETE_PLAN=gpu in the environment the same path runs on the CPU's tensors: the dry run.
//
// It is linked without the server, the registry and the argument parser, so that it is small enough to be carried.

import BenchmarkSupport
import Files
import Foundation
import Torch

@main
struct AccreteDeviceCheck {
  static func main() {
    StandardDescriptors.openMissing()
    do {
      try run(CommandWords(CommandLine.arguments, hasFlags: true))
    } catch {
      // The error is the answer: the script records what is on standard output.
      try? Answer.say(Failure(error: "\(error)"))
      FileHandle.standardError.write(Data("accrete-device-check: \(error)\n".utf8))
      exit(1)
    }
  }

  private struct Failure: Encodable {
    let error: String
  }

  /// What each mode reads, besides what all of them do.
  private static let options: [String: [String]] = [
    "plan": ["compute"],
    "operators": [],
    "learn": ["compute", "base", "rows", "count", "epochs"],
    "train": base + ["material", "checkpointed", "checkpointing", "method", "rank", "steps"],
    "score": base + ["material", "rank", "rounds", "batch-tokens"],
    "decode": base + ["rank", "batch", "experts", "prompt-tokens", "new-tokens"],
  ]
  private static let base = ["model", "weights", "compute"]

  private static func run(_ arguments: CommandWords) throws {
    if let names = options[arguments.mode] { try arguments.require(only: names + ["threads", "device"]) }
    TorchRuntime.keepFreedMemory()
    if let threads = try arguments.optionalNumber("threads") { try TorchRuntime.setThreads(threads) }
    let device = try arguments.device
    switch arguments.mode {
    case "plan": try PlanMode(arguments: arguments, device: device).run()
    case "operators": try OperatorsMode(device: device).run()
    case "learn": try LearnMode(arguments: arguments, device: device).run()
    case "train": try TrainMode(arguments: arguments, device: device).run()
    case "score": try ScoreMode(arguments: arguments, device: device).run()
    case "decode": try DecodeMode(arguments: arguments, device: device).run()
    default:
      throw UsageError("mode: plan, operators, learn, train, score or decode expected, got \(arguments.mode)")
    }
  }
}
