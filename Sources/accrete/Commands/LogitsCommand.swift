import ArgumentParser
import Decoder
import Foundation
import ModelConfiguration
import Torch

struct LogitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logits",
    abstract: "Print the logits of one sequence of ids as JSON, row by row. Needs no tokenizer.")

  @OptionGroup var base: BaseOptions
  @OptionGroup var expert: ExpertOptions

  @Option(help: "Token ids, separated by commas.")
  var ids: String

  @OptionGroup var form: OnlyJSON

  func run() throws {
    let parts = ids.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    guard numbers.count == parts.count else {
      throw ValidationError("--ids takes whole numbers separated by commas, like 1,2,3")
    }
    try Failure.reported(memory: base.lessMemory(for: expert)) {
      let model = try DecoderModel(folder: base.folder(for: expert), on: base.apply(), precision: base.weights)
      try model.check(numbers)
      let values = try withoutGradients {
        let hidden = try model.hiddenStates(
          TokenBatch([numbers], on: model.device), experts: expert.selection(for: model))
        let logits = try model.logits(hidden)
        // JSON has no way to write what is not a number.
        try DecoderModel.requireFinite(logits, "the logits")
        return try logits.floats()
      }
      // Written by hand: a float prints as its shortest exact form, and arrays of millions need no encoder.
      let shape = "[\(numbers.count),\(model.configuration.vocabularySize)]"
      try Console.output("{\"shape\":\(shape),\"logits\":[" + values.map(\.description).joined(separator: ",") + "]}")
    }
  }
}
