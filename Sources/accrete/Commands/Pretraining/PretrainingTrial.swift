import Files
import Foundation
import Records
import Runs

/// What `pretrain --dry-run` prints.
enum PretrainingTrial {
  static func show(_ configuration: PretrainingConfiguration, out: URL, json: Bool) throws {
    let result = try PretrainingDryRun(configuration, out: out)
    guard !json else { return try Console.output(String(decoding: try JSONFile.encode(result), as: UTF8.self)) }
    func mebibytes(_ bytes: Int) -> String { "\(bytes >> 20) MiB" }
    let text =
      if let tokens = result.textTokens, let seconds = result.preparingSeconds {
        "about \(tokens) tokens, \(fixed(Double(result.tokens) / Double(max(tokens, 1)), 2)) passes through them; made in about \(duration(seconds)) on one thread"
      } else {
        "the tokenizer is trained first on at most \(mebibytes(configuration.tokenizerBytes)) of it; how many tokens it has is not known before"
      }
    let long = result.longStepSeconds.map { ", of the long stage \(fixed($0, 2)) s" } ?? ""
    let lines = [
      "model: \(result.parameters) parameters, of which a token passes through \(result.activatedParameters)",
      "text: \(mebibytes(result.fileBytes)) in \(result.files) files; \(text)",
      "steps: \(result.steps) with \(result.stepTokens) tokens each, \(result.tokens) in all; one takes \(fixed(result.stepSeconds, 2)) s\(long)",
      "held-out loss: "
        + (configuration.heldOut > 0
          ? "at most \(fixed(result.heldOutSeconds, 1)) s each time"
          : "none (held-out: 0): all text is learned from"),
      "memory: peak \(mebibytes(result.peakResidentBytes)), \(mebibytes(result.availableBytes)) free beside it",
      "disk: at most \(mebibytes(result.diskBytes)), of which a checkpoint has \(mebibytes(result.checkpointBytes)); \(mebibytes(result.freeDiskBytes)) free",
      "time: about \(duration(result.estimatedSeconds)) at these speeds, preparation not included",
    ]
    try Console.output(lines.joined(separator: "\n"))
  }
}
