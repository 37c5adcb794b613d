import ArgumentParser
import Foundation
import Learning
import ModelConfiguration
import Records
import Runs
import Streams
import Torch

extension RunConfiguration {
  /// The options of `accrete train` that make this configuration: every one spelled out, so that they mean the same when a
  /// default has changed. An embedded base is named, as its place is another on every machine.
  ///
  /// - Parameter folder: what paths are written relative to; nil: they are absolute.
  /// - Throws: a defect, if the options would be read as another configuration.
  func arguments(placedFrom folder: URL? = nil) throws -> [String] {
    let base = EmbeddedResources.argument(for: base)
    let placed = folder.map(portable) ?? self
    let source = placed.source
    var result: [String] = []
    func add(_ name: String, _ value: (some CustomStringConvertible)?) {
      if let value { result += ["--" + name, "\(value)"] }
    }
    add("suite", source.suite)
    add("data", source.data)
    if !source.files.isEmpty { result += ["--tasks"] + source.files }
    add("columns", source.columns)
    add("form", source.form?.rawValue)
    add("order", source.order)
    add("method", method)
    add("seed", seed)
    add("base", base == self.base ? placed.base : base)
    add("device", device)
    add("threads", threads)
    add("weights", weights?.rawValue)
    add("scorer", source.scorer)
    add("per-class", perClass)
    add("train-limit", trainLimit)
    add("max-answer-tokens", maxAnswerTokens)
    add("test-limit", testLimit)
    add("evaluate-on", evaluateOn.rawValue)
    add("output-head", outputHead.rawValue)
    add("rank", rank)
    add("alpha", alpha)
    add("dropout", dropout)
    if routedExperts == true { result.append("--routed-experts") }
    add("target-modules", targetModules)
    for (name, value) in (options ?? [:]).sorted(by: { $0.key < $1.key }) { add("option", "\(name)=\(value)") }
    add("batch", training.batchSize)
    add("batch-tokens", training.batchTokens)
    if training.gradientCheckpointing { result.append("--gradient-checkpointing") }
    add("accumulation", training.accumulation)
    add("epochs", training.epochs)
    add("learning-rate", training.learningRate)
    add("schedule", training.schedule.rawValue)
    add("warmup-steps", training.warmupSteps)
    add("weight-decay", training.weightDecay)
    add("gradient-clip", training.gradientClip)
    add("max-length", training.maxLength)
    add("checkpoint-steps", checkpoints.everySteps)
    add("checkpoint-seconds", checkpoints.everySeconds)
    // An option that is missing above would be lost in silence.
    guard try RunOptions.parse(result).configuration().placeless == placeless else {
      throw RunError.invalidConfiguration(
        key: "options", got: result.joined(separator: " "),
        allowed: "options that say the whole configuration (a defect of accrete: please report it)")
    }
    return result
  }
}

/// Arguments as a shell reads them.
func shellWords(_ arguments: [String]) -> String {
  arguments.map { word in
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: "+"):
        true
      default: false
      }
    }
    return plain && !word.isEmpty ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }.joined(separator: " ")
}
